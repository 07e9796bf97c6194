using FakeAi.Collector.Instances;
using FakeAi.Collector.Waterfall;
using FakeAi.Contracts.Queries;

namespace FakeAi.Collector.Metrics;

/// <summary>Puts the counters together as people ask for them. To be used under the replica's lock.</summary>
internal sealed class SnapshotBuilder(MetricsStore metrics, WaterfallStore waterfall, InstanceStore instances, TimeProvider time)
{
    public const int DefaultWindow = 300;
    public const int MaxWindow = 900;

    private const int RateSeconds = 10;

    public MetricsSnapshot Build(int windowSeconds)
    {
        var now = time.GetUtcNow();
        var second = now.ToUnixTimeSeconds();
        var window = new Counters();
        var models = new Dictionary<string, (string Provider, Counters Window, Counters Total)>(StringComparer.Ordinal);
        foreach (var (labels, counters) in metrics.Totals.ByLabels)
        {
            Model(labels).Total.Add(counters);
        }

        var (lookedUp, found) = (0L, 0L);
        foreach (var (_, bucket) in metrics.Between(Resolution.Second, second - windowSeconds + 1, second))
        {
            window.Add(bucket.All);
            lookedUp += bucket.CacheInputTokens;
            found += bucket.CacheHitTokens;
            foreach (var (labels, counters) in bucket.ByLabels)
            {
                Model(labels).Window.Add(counters);
            }
        }

        var (ended, sent) = (0L, 0L);
        foreach (var (_, bucket) in metrics.Between(Resolution.Second, second - RateSeconds, second - 1))
        {
            ended += bucket.All.Ended;
            sent += bucket.Sent;
        }

        var total = metrics.Totals.All;
        return new MetricsSnapshot
        {
            Timestamp = now.ToUnixTimeMilliseconds(),
            WindowSeconds = windowSeconds,
            TotalRequests = total.Ended,
            TotalErrors = total.Errors,
            TotalCancelled = total.Cancelled,
            TotalTokens = total.InputTokens + total.OutputTokens,
            TotalInputTokens = total.InputTokens,
            TotalOutputTokens = total.OutputTokens,
            TotalCost = total.CostNano / 1_000_000_000m,
            RequestsPerSecond = ended / (double)RateSeconds,
            TokensPerSecond = sent / (double)RateSeconds,
            ErrorRate = window.Completed + window.Errors > 0 ? window.Errors / (double)(window.Completed + window.Errors) : null,
            AvgLatencyMs = window.AverageLatencyMs,
            StreamingShare = window.Ended > 0 ? window.Streamed / (double)window.Ended : null,
            CacheLookups = metrics.Totals.CacheLookups,
            CacheInputTokens = metrics.Totals.CacheInputTokens,
            CacheHitTokens = metrics.Totals.CacheHitTokens,
            CacheHitRatio = lookedUp > 0 ? found / (double)lookedUp : null,
            ActiveRequests = waterfall.ActiveRequests,
            ActiveStreams = waterfall.ActiveStreams,
            TtftMs = window.Ttft.ToPercentiles(),
            LatencyMs = window.Latency.ToPercentiles(),
            ItlMs = window.Itl.ToPercentiles(),
            ByModel =
            [
                .. models.Where(m => m.Key.Length > 0)
                    .OrderByDescending(m => m.Value.Total.Ended).ThenBy(m => m.Key, StringComparer.Ordinal)
                    .Select(m => ToModel(m.Key, m.Value.Provider, m.Value.Window, m.Value.Total)),
            ],
            Instances = instances.Heard(now),
        };

        (string Provider, Counters Window, Counters Total) Model(LabelSet labels)
        {
            if (!models.TryGetValue(labels.Model, out var model))
            {
                models[labels.Model] = model = (labels.Provider, new Counters(), new Counters());
            }

            return model;
        }
    }

    /// <summary>The chart's points of the last seconds, oldest first; empty buckets are left out.</summary>
    public IReadOnlyList<MetricsPoint> History(int seconds, Resolution resolution)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return [.. metrics.Between(resolution, now - seconds + 1, now).Select(b => b.Bucket.ToPoint(b.Start))];
    }

    private static ModelMetrics ToModel(string model, string provider, Counters window, Counters total) => new()
    {
        Model = model,
        Provider = provider,
        Requests = total.Ended,
        Errors = total.Errors,
        Cancelled = total.Cancelled,
        InputTokens = total.InputTokens,
        OutputTokens = total.OutputTokens,
        Cost = total.CostNano / 1_000_000_000m,
        AvgLatencyMs = window.AverageLatencyMs,
        TtftMs = window.Ttft.ToPercentiles(),
        LatencyMs = window.Latency.ToPercentiles(),
    };
}
