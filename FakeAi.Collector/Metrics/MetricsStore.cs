using System.Globalization;
using FakeAi.Collector.State;

namespace FakeAi.Collector.Metrics;

/// <summary>
/// The counters of all shards. A bucket is merged once and then again only when one of its documents has changed, so
/// that closed buckets cost nothing more.
/// </summary>
internal sealed class MetricsStore : IDocumentSink
{
    private readonly Dictionary<int, Dictionary<string, LabelSet>> _labels = [];
    private readonly Dictionary<int, IReadOnlyDictionary<string, string>> _totals = [];
    private readonly Dictionary<Resolution, Dictionary<long, Slot>> _slots = Resolution.All.ToDictionary(r => r, _ => new Dictionary<long, Slot>());
    private readonly HashSet<long> _changedSeconds = [];
    private MetricsBucket? _mergedTotals;

    public string Prefix => StateNames.Bucket;

    /// <summary>Counters since the last reset.</summary>
    public MetricsBucket Totals
    {
        get
        {
            if (_mergedTotals is null)
            {
                _mergedTotals = new MetricsBucket();
                foreach (var (shard, document) in _totals)
                {
                    _mergedTotals.Add(document, Labels(shard));
                }
            }

            return _mergedTotals;
        }
    }

    public void Put(int shard, string name, IReadOnlyDictionary<string, string> document)
    {
        if (name == StateNames.Totals)
        {
            _totals[shard] = document;
            _mergedTotals = null;
        }
        else if (name == StateNames.Labels)
        {
            _labels[shard] = document.ToDictionary(d => d.Value, d => LabelSet.Parse(d.Key), StringComparer.Ordinal);
        }
        else if (Array.Find(Resolution.All, r => name.StartsWith(r.Prefix, StringComparison.Ordinal)) is { } resolution)
        {
            var start = long.Parse(name.AsSpan(resolution.Prefix.Length), CultureInfo.InvariantCulture);
            if (!_slots[resolution].TryGetValue(start, out var slot))
            {
                _slots[resolution][start] = slot = new Slot();
            }

            slot.Documents[shard] = document;
            slot.Merged = null;
            if (resolution == Resolution.Second)
            {
                _changedSeconds.Add(start);
            }
        }
    }

    public void Clear(int shard)
    {
        _labels.Remove(shard);
        _totals.Remove(shard);
        _mergedTotals = null;
        foreach (var slots in _slots.Values)
        {
            foreach (var (start, slot) in slots)
            {
                if (slot.Documents.Remove(shard))
                {
                    slot.Merged = null;
                }

                if (slot.Documents.Count == 0)
                {
                    slots.Remove(start);
                }
            }
        }
    }

    public void Trim(DateTimeOffset now)
    {
        foreach (var (resolution, slots) in _slots)
        {
            var oldest = resolution.Start(now.ToUnixTimeSeconds()) - resolution.KeepSeconds;
            foreach (var start in slots.Keys)
            {
                if (start < oldest)
                {
                    slots.Remove(start);
                    _changedSeconds.Remove(start);
                }
            }
        }
    }

    /// <summary>The buckets that begin within a span, in order; those in which nothing happened are left out.</summary>
    public IEnumerable<(long Start, MetricsBucket Bucket)> Between(Resolution resolution, long from, long to)
    {
        var slots = _slots[resolution];
        for (var start = resolution.Start(from); start <= to; start += resolution.Seconds)
        {
            if (slots.TryGetValue(start, out var slot))
            {
                yield return (start, Merge(slot));
            }
        }
    }

    /// <summary>Whether any counter changed since this was last asked, and which seconds' buckets.</summary>
    public IReadOnlyList<long> TakeChangedSeconds()
    {
        long[] changed = [.. _changedSeconds.Order()];
        _changedSeconds.Clear();
        return changed;
    }

    private MetricsBucket Merge(Slot slot)
    {
        if (slot.Merged is null)
        {
            slot.Merged = new MetricsBucket();
            foreach (var (shard, document) in slot.Documents)
            {
                slot.Merged.Add(document, Labels(shard));
            }
        }

        return slot.Merged;
    }

    private Dictionary<string, LabelSet> Labels(int shard) =>
        _labels.TryGetValue(shard, out var labels) ? labels : _labels[shard] = new Dictionary<string, LabelSet>(StringComparer.Ordinal);

    private sealed class Slot
    {
        public Dictionary<int, IReadOnlyDictionary<string, string>> Documents { get; } = [];

        public MetricsBucket? Merged { get; set; }
    }
}
