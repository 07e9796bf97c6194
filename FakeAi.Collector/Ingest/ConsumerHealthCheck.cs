using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FakeAi.Collector.Ingest;

/// <summary>Tells in the body of <c>/health</c> what the consumer did and what waits for it. Never makes the service not ready.</summary>
internal sealed class ConsumerHealthCheck(IEventLog log, ConsumerCounters counters) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["applied"] = counters.AppliedEvents,
            ["dead"] = counters.DeadEntries,
            ["batches"] = counters.Batches,
            ["conflicts"] = counters.Conflicts,
            ["leases_taken"] = counters.LeasesTaken,
            ["leases_lost"] = counters.LeasesLost,
            ["owned_shards"] = counters.OwnedShards,
        };
        try
        {
            var (entries, oldest) = (0L, 0L);
            var shards = await log.GetShardCountAsync(cancellationToken);
            for (var shard = 0; shard < shards; shard++)
            {
                var backlog = await log.GetBacklogAsync(shard, cancellationToken);
                entries += backlog.Entries;
                oldest = Math.Max(oldest, backlog.OldestMs);
            }

            data["pending"] = entries;
            data["pending_oldest_ms"] = oldest;
        }
        catch (EventLogUnavailableException)
        {
            // That Redis is away is told by a check of its own.
        }

        return HealthCheckResult.Healthy(data: data);
    }
}
