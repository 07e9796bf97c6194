using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Streaming.Generators;

/// <summary>Registers generators and formatters: one class each is all that a plug-in needs.</summary>
public static class StreamPluginExtensions
{
    /// <summary>Serves a generator's streams under <c>/v1/fakeai/streams/{name}</c>.</summary>
    public static IServiceCollection AddStreamGenerator<T>(this IServiceCollection services)
        where T : class, IStreamGenerator => services.AddSingleton<IStreamGenerator, T>();

    /// <summary>Offers a format to all generators' streams, and to the dialects' if it has a <see cref="StreamFrame"/>.</summary>
    public static IServiceCollection AddStreamFormatter<T>(this IServiceCollection services)
        where T : class, IStreamFormatter => services.AddSingleton<IStreamFormatter, T>();
}
