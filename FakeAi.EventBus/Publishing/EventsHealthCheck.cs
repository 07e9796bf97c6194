using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FakeAi.EventBus.Publishing;

/// <summary>Tells a publisher's counters in the health answer. Telemetry in trouble never makes a service not ready.</summary>
internal sealed class EventsHealthCheck(IEventPublisher publisher) : IHealthCheck
{
    /// <summary>The name of the check.</summary>
    public const string Name = "events";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var stats = publisher.Stats;
        return Task.FromResult(HealthCheckResult.Healthy(data: new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["queued"] = stats.Queued,
            ["sent"] = stats.Sent,
            ["resent"] = stats.Resent,
            ["spilled"] = stats.Spilled,
            ["spill_waiting"] = stats.SpillWaiting,
            ["refused"] = stats.Refused,
            ["lost"] = stats.Lost,
            ["adopted"] = stats.Adopted,
            ["missing_batches"] = stats.MissingBatches,
            ["files_set_aside"] = stats.FilesSetAside,
        }));
    }
}
