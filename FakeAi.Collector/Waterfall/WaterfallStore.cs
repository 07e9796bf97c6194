using FakeAi.Collector.Requests;
using FakeAi.Collector.State;
using FakeAi.Contracts.Queries;

namespace FakeAi.Collector.Waterfall;

/// <summary>The rows of all shards: every request under way, and the newest that ended.</summary>
internal sealed class WaterfallStore(TimeProvider time) : IDocumentSink
{
    private static readonly TimeSpan s_sweep = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Entry> _active = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _ended = new(StringComparer.Ordinal);
    private readonly SortedSet<(long EndUs, string Id)> _endedByTime = [];
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private DateTimeOffset _swept;

    public string Prefix => StateNames.Row;

    public int ActiveRequests => _active.Count;

    public int ActiveStreams { get; private set; }

    public void Put(int shard, string name, IReadOnlyDictionary<string, string> document)
    {
        var view = new RequestView(document);
        var id = name[Prefix.Length..];
        Remove(id);
        if (!view.IsKnown)
        {
            return;
        }

        var entry = new Entry(shard, view.EndUs, time.GetUtcNow(), WaterfallRows.From(id, view));
        _changed.Add(id);
        if (view.IsEnded)
        {
            _ended[id] = entry;
            _endedByTime.Add((entry.EndUs, id));
        }
        else
        {
            _active[id] = entry;
            ActiveStreams += entry.Row.IsStreaming ? 1 : 0;
        }
    }

    public void Clear(int shard)
    {
        foreach (var (id, entry) in _active.Concat(_ended).ToList())
        {
            if (entry.Shard == shard)
            {
                Remove(id);
                _changed.Remove(id);
            }
        }
    }

    public void Trim(DateTimeOffset now)
    {
        while (_ended.Count > WaterfallProjection.MaxEnded)
        {
            var id = _endedByTime.Min.Id;
            Remove(id);
            _changed.Remove(id);
        }

        if (now - _swept < s_sweep)
        {
            return;
        }

        _swept = now;
        foreach (var (id, entry) in _active)
        {
            if (now - entry.Heard > WaterfallProjection.Silence)
            {
                Remove(id);
                _changed.Remove(id);
            }
        }
    }

    /// <summary>Rows by what people ask for; null means all.</summary>
    public WaterfallData Query(int limit, string? endpoint, string? model)
    {
        return new WaterfallData(
            [.. _endedByTime.Reverse().Select(e => _ended[e.Id].Row).Where(IsWanted).Take(limit)],
            [.. _active.Values.Select(e => e.Row).Where(IsWanted).OrderByDescending(r => r.StartTime).Take(limit)],
            new WaterfallStats(
                _ended.Count, _active.Count, WaterfallProjection.MaxEnded, Math.Round(100.0 * _ended.Count / WaterfallProjection.MaxEnded, 1)));

        bool IsWanted(WaterfallRow row) =>
            (endpoint is null || string.Equals(row.Endpoint, endpoint, StringComparison.Ordinal))
            && (model is null || string.Equals(row.Model, model, StringComparison.Ordinal));
    }

    /// <summary>The rows that changed since this was last asked, oldest first.</summary>
    public IReadOnlyList<WaterfallRow> TakeChanged()
    {
        WaterfallRow[] rows =
        [
            .. _changed.Select(id => _active.GetValueOrDefault(id) ?? _ended.GetValueOrDefault(id))
                .OfType<Entry>().Select(e => e.Row).OrderBy(r => r.StartTime),
        ];
        _changed.Clear();
        return rows;
    }

    private void Remove(string id)
    {
        if (_active.Remove(id, out var active))
        {
            ActiveStreams -= active.Row.IsStreaming ? 1 : 0;
        }
        else if (_ended.Remove(id, out var ended))
        {
            _endedByTime.Remove((ended.EndUs, id));
        }
    }

    private sealed record Entry(int Shard, long EndUs, DateTimeOffset Heard, WaterfallRow Row);
}
