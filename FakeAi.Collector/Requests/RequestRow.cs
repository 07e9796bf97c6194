using System.Globalization;
using FakeAi.Collector.State;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Requests;

/// <summary>A request's row: as it was read, and with a batch's events merged in.</summary>
internal sealed class RequestRow(string id, IReadOnlyDictionary<string, string>? before)
{
    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>(StringComparer.Ordinal);

    private readonly Dictionary<string, string> _fields = new(before ?? s_none, StringComparer.Ordinal);
    private readonly HashSet<string> _set = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);

    public string Id => id;

    /// <summary>The row as it was before the batch; empty for a new one.</summary>
    public IReadOnlyDictionary<string, string> Before => before ?? s_none;

    public IReadOnlyDictionary<string, string> Now => _fields;

    public bool IsChanged => _set.Count + _removed.Count > 0 || IsTakenBack;

    /// <summary>Whether a reset has cleared the request; nothing more is counted of it.</summary>
    public bool IsCleared => IsTakenBack || Before.ContainsKey(StateReset.TombstoneField);

    /// <summary>Whether it turned out only now that the request belongs to before a reset.</summary>
    public bool IsTakenBack { get; private set; }

    public bool Has(string field) => _fields.ContainsKey(field);

    public string? Get(string field) => _fields.GetValueOrDefault(field);

    public void Set(string field, long value) => Set(field, value.ToString(CultureInfo.InvariantCulture));

    public void Set(string field, bool value) => Set(field, value ? "1" : "0");

    public void Set(string field, string? value)
    {
        if (value is null || (_fields.TryGetValue(field, out var old) && string.Equals(old, value, StringComparison.Ordinal)))
        {
            return;
        }

        _fields[field] = value;
        _set.Add(field);
        _removed.Remove(field);
    }

    public void Remove(string field)
    {
        if (_fields.Remove(field))
        {
            _set.Remove(field);
            if (Before.ContainsKey(field))
            {
                _removed.Add(field);
            }
        }
    }

    /// <summary>Takes everything back that was told of the request.</summary>
    public void TakeBack()
    {
        IsTakenBack = true;
        _fields.Clear();
        _set.Clear();
        _removed.Clear();
    }

    /// <summary>The operations that make the stored row like this one.</summary>
    public IEnumerable<StateOp> ToOps(string document)
    {
        if (IsTakenBack)
        {
            yield return new ClearDocument(document, StateNames.TombstoneSeconds);
        }

        if (_set.Count > 0)
        {
            yield return new SetFields(document, [.. _set.Select(f => KeyValuePair.Create(f, _fields[f]))]);
        }

        if (_removed.Count > 0)
        {
            yield return new RemoveFields(document, [.. _removed]);
        }
    }
}
