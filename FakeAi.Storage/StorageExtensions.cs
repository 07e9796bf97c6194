using FakeAi.Storage.Blobs;
using FakeAi.Storage.Memory;
using FakeAi.Storage.Redis;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace FakeAi.Storage;

/// <summary>Registers the store of objects and that of files.</summary>
public static class StorageExtensions
{
    private const string ConnectionName = "redis";

    /// <summary>Names the installation's data folder.</summary>
    private const string HomeVariable = "FAKEAI_HOME";

    /// <summary>
    /// Registers <see cref="IResourceStore"/> and <see cref="IBlobStore"/>. Objects go to Redis where <c>ConnectionStrings:redis</c> is
    /// set (the service registers the connection); else they, and the files with them, are gone with the process.
    /// </summary>
    public static IHostApplicationBuilder AddStorage(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        var redis = !string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(ConnectionName));
        var home = builder.Configuration[HomeVariable] is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "fakeai");
        services.AddSingleton(provider => new PrivateFolder(Path.Combine(Folder(provider, home), "memory")));
        services.TryAddSingleton<IResourceStore>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var timeout = TimeSpan.FromMilliseconds(provider.GetRequiredService<IOptions<StorageOptions>>().Value.CallTimeoutMs);
            return redis
                ? new RedisResourceStore(new RedisCalls(provider.GetRequiredService<IConnectionMultiplexer>, timeout, time), time)
                : new InMemoryResourceStore(time);
        });
        services.TryAddSingleton<IBlobStore>(provider => new FileBlobStore(
            () => redis ? Folder(provider, home) : provider.GetRequiredService<PrivateFolder>().Path,
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.LeastFreeBytes));
        return builder;
    }

    private static string Folder(IServiceProvider provider, string home) =>
        provider.GetRequiredService<IOptions<StorageOptions>>().Value.Folder is { Length: > 0 } folder ? folder : Path.Combine(home, "files");
}
