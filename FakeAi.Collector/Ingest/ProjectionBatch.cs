using FakeAi.Collector.Requests;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Ingest;

/// <summary>One batch on its way through the projections: what was read for it, and what it changes.</summary>
internal sealed class ProjectionBatch(
    DateTimeOffset now, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>?> documents, IReadOnlyDictionary<string, RequestRow> rows)
{
    private readonly Dictionary<string, Dictionary<string, long>> _increments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _newest = new(StringComparer.Ordinal);
    private readonly List<StateOp> _ops = [];

    public DateTimeOffset Now => now;

    public IEnumerable<RequestRow> ChangedRows => rows.Values.Where(r => r.IsChanged);

    /// <summary>A document as it was before the batch.</summary>
    public IReadOnlyDictionary<string, string>? Document(string name) => documents.GetValueOrDefault(name);

    /// <summary>Whether nothing newer was seen under the name in this batch.</summary>
    public bool IsNewest(string name, long time)
    {
        if (_newest.TryGetValue(name, out var seen) && seen > time)
        {
            return false;
        }

        _newest[name] = time;
        return true;
    }

    public void Add(StateOp op) => _ops.Add(op);

    /// <summary>Adds to a counter; what adds up to nothing is left out.</summary>
    public void Increment(string document, string field, long by)
    {
        if (!_increments.TryGetValue(document, out var fields))
        {
            _increments[document] = fields = new Dictionary<string, long>(StringComparer.Ordinal);
        }

        fields[field] = fields.GetValueOrDefault(field) + by;
    }

    /// <summary>The documents whose counters change, gone through anew each time.</summary>
    public IReadOnlyCollection<string> Counted => [.. _increments.Where(d => d.Value.Values.Any(v => v != 0)).Select(d => d.Key)];

    /// <summary>All changes: counters first, so that what is trimmed in the same batch stays trimmed.</summary>
    public IReadOnlyList<StateOp> ToOps()
    {
        var ops = new List<StateOp>(_increments.Count + _ops.Count);
        foreach (var (document, fields) in _increments)
        {
            var changed = fields.Where(f => f.Value != 0).ToList();
            if (changed.Count > 0)
            {
                ops.Add(new IncrementFields(document, changed));
            }
        }

        ops.AddRange(_ops);
        return ops;
    }
}
