using FakeAi.Collector.State;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Admin;

internal static class ResetApi
{
    public static void MapReset(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/admin/reset", ResetAsync);

    private static async Task<IResult> ResetAsync(IEventLog log, StateReplica replica, TimeProvider time, CancellationToken cancellationToken)
    {
        var shards = await log.GetShardCountAsync(cancellationToken);

        // One moment for all shards: what was received before it counts nowhere.
        var reset = StateNames.ResetAt((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        await Task.WhenAll(Enumerable.Range(0, shards).Select(shard => log.ResetAsync(shard, reset, cancellationToken).AsTask()));
        await replica.SyncAsync(cancellationToken);
        return TypedResults.Text("""{"status":"ok"}""", "application/json");
    }
}
