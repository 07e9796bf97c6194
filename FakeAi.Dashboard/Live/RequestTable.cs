using FakeAi.Contracts.Queries;

namespace FakeAi.Dashboard.Live;

/// <summary>Requests by id: all that are under way and the newest that ended. Not thread-safe.</summary>
internal sealed class RequestTable
{
    /// <summary>Most ended requests that are kept.</summary>
    public const int MaxEnded = 1000;

    private readonly Dictionary<string, Versioned<WaterfallRow>> _rows = new(StringComparer.Ordinal);

    /// <summary>Forgets all requests.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>Takes rows in; each replaces the row with its id, unless that is further along.</summary>
    /// <returns>All requests, the last started first.</returns>
    public IReadOnlyList<Versioned<WaterfallRow>> Merge(IReadOnlyList<WaterfallRow> rows, long version)
    {
        foreach (var row in rows)
        {
            if (!_rows.TryGetValue(row.RequestId, out var known) || Progress(row).CompareTo(Progress(known.Value)) >= 0)
            {
                _rows[row.RequestId] = new(row, version);
            }
        }

        var ended = _rows.Values.Count(static r => r.Value.EndTime is not null);
        if (ended > MaxEnded)
        {
            var oldest = _rows.Values.Where(static r => r.Value.EndTime is not null).OrderBy(static r => r.Value.EndTime)
                .ThenByDescending(static r => r.Value.RequestId, StringComparer.Ordinal).Take(ended - MaxEnded).ToArray();
            foreach (var row in oldest)
            {
                _rows.Remove(row.Value.RequestId);
            }
        }

        var ordered = _rows.Values.ToArray();
        Array.Sort(ordered, NewestFirst);
        return ordered;
    }

    // How far along a request is: an ended row beats an active one, then more tokens beat fewer.
    private static (bool, int, int, bool) Progress(WaterfallRow row) =>
        (row.EndTime is not null, row.OutputTokens, row.Tokens.Count, row.TtftMs is not null);

    private static int NewestFirst(Versioned<WaterfallRow> x, Versioned<WaterfallRow> y)
    {
        var byStart = y.Value.StartTime.CompareTo(x.Value.StartTime);
        return byStart != 0 ? byStart : string.CompareOrdinal(x.Value.RequestId, y.Value.RequestId);
    }
}
