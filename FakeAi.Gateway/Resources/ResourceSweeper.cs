using System.Collections.Frozen;
using FakeAi.Gateway.Resources.Files;
using FakeAi.Gateway.Resources.Uploads;
using FakeAi.Storage.Blobs;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources;

/// <summary>
/// Deletes what has expired, what died while it was written, and blobs that belong to nothing. Every replica does; what two
/// delete at once is deleted once.
/// </summary>
internal sealed partial class ResourceSweeper(
    IResourceStore store, IBlobStore blobs, IEnumerable<IExpiringKind> kinds, IOptions<ResourceOptions> options, TimeProvider clock, ILogger<ResourceSweeper> logger)
    : BackgroundService
{
    private const int MostAtOnce = 100;

    /// <summary>Nothing is written, or waits to be told of, for longer than a batch's window.</summary>
    private static readonly TimeSpan s_lostAfter = TimeSpan.FromDays(2);
    private static readonly TimeSpan s_lookForLost = TimeSpan.FromHours(1);

    private readonly FrozenDictionary<string, IExpiringKind> _kinds = kinds.ToFrozenDictionary(static k => k.Kind, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var lastLook = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (clock.GetUtcNow() - lastLook >= s_lookForLost)
                {
                    lastLook = clock.GetUtcNow();
                    blobs.SweepIncoming();
                    await DeleteLostAsync(stoppingToken);
                }

                await ExpireAsync(stoppingToken);
            }
            catch (Exception e) when (e is ResourceStoreUnavailableException or IOException or UnauthorizedAccessException)
            {
                Log.PutOff(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(options.Value.SweepEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Deletes everything that has expired by now.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var expired = await store.ExpiredAsync(MostAtOnce, cancellationToken);
            foreach (var resource in expired)
            {
                await (_kinds.TryGetValue(resource.Kind, out var kind)
                    ? kind.ExpireAsync(resource, cancellationToken)
                    : store.DeleteAsync(resource.Kind, resource.Owner, resource.Id, cancellationToken).AsTask());
            }

            if (expired.Count < MostAtOnce)
            {
                return;
            }
        }
    }

    /// <summary>Deletes blobs of files and parts that were never told of, because their process died in between.</summary>
    public async Task DeleteLostAsync(CancellationToken cancellationToken)
    {
        foreach (var name in blobs.UntouchedSince(clock.GetUtcNow() - s_lostAfter))
        {
            var kind = name.StartsWith(ResourceIds.FilePrefix, StringComparison.Ordinal) ? FileCollection.KindName
                : name.StartsWith(ResourceIds.PartPrefix, StringComparison.Ordinal) ? PartCollection.KindName
                : null;
            if (kind is not null && !await store.ExistsAsync(kind, name, cancellationToken))
            {
                blobs.Delete(name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Expired objects are deleted later: {Reason}")]
        public static partial void PutOff(ILogger logger, string reason);
    }
}
