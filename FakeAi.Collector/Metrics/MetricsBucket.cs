using System.Globalization;
using FakeAi.Contracts.Queries;

namespace FakeAi.Collector.Metrics;

/// <summary>One time bucket of all shards together, by label set.</summary>
internal sealed class MetricsBucket
{
    private MetricsPoint? _point;

    public Dictionary<LabelSet, Counters> ByLabels { get; } = [];

    public Counters All { get; } = new();

    /// <summary>Output tokens sent in it.</summary>
    public long Sent { get; private set; }

    /// <summary>Prompts looked up in a KV cache.</summary>
    public long CacheLookups { get; private set; }

    /// <summary>Tokens of those prompts.</summary>
    public long CacheInputTokens { get; private set; }

    /// <summary>Those of them that were found.</summary>
    public long CacheHitTokens { get; private set; }

    /// <summary>Adds one shard's document.</summary>
    public void Add(IReadOnlyDictionary<string, string> document, IReadOnlyDictionary<string, LabelSet> labels)
    {
        foreach (var (name, text) in document)
        {
            var value = long.Parse(text, CultureInfo.InvariantCulture);
            var colon = name.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                AddUnlabelled(name, value);
                continue;
            }

            var set = labels.GetValueOrDefault(name[..colon], LabelSet.Other);
            if (!ByLabels.TryGetValue(set, out var counters))
            {
                ByLabels[set] = counters = new Counters();
            }

            var field = name.AsSpan(colon + 1);
            counters.Add(field, value);
            All.Add(field, value);
        }
    }

    private void AddUnlabelled(string field, long value)
    {
        switch (field)
        {
            case MetricFields.Sent:
                Sent += value;
                break;
            case MetricFields.CacheLookups:
                CacheLookups += value;
                break;
            case MetricFields.CacheInputTokens:
                CacheInputTokens += value;
                break;
            case MetricFields.CacheHitTokens:
                CacheHitTokens += value;
                break;
        }
    }

    public MetricsPoint ToPoint(long time)
    {
        if (_point is null)
        {
            var ttft = All.Ttft.ToPercentiles();
            var latency = All.Latency.ToPercentiles();
            _point = new MetricsPoint(
                time, All.Ended, All.Errors, All.Cancelled, Sent, ttft?.P50, ttft?.P95, latency?.P50, latency?.P95);
        }

        return _point;
    }
}
