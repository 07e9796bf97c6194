using FakeAi.Contracts.Queries;

namespace FakeAi.Dashboard.Live;

/// <summary>The last 300 seconds of history, one point per second. Not thread-safe.</summary>
internal sealed class HistoryWindow
{
    /// <summary>Seconds that are kept, counted back from the newest.</summary>
    public const int Seconds = 300;

    private readonly SortedDictionary<long, Versioned<MetricsPoint>> _points = [];

    /// <summary>Forgets all points.</summary>
    public void Clear() => _points.Clear();

    /// <summary>Takes points in; each replaces what is known of its second, unless that is further along.</summary>
    /// <returns>All points, oldest first.</returns>
    public IReadOnlyList<Versioned<MetricsPoint>> Merge(IReadOnlyList<MetricsPoint> points, long version)
    {
        foreach (var point in points)
        {
            // Counts of a second only grow, so the smaller one is the older one.
            if (!_points.TryGetValue(point.Time, out var known)
                || Progress(point).CompareTo(Progress(known.Value)) > 0
                || (Progress(point) == Progress(known.Value) && point != known.Value))
            {
                _points[point.Time] = new(point, version);
            }
        }

        if (_points.Count > 0)
        {
            var oldest = _points.Keys.Last() - Seconds;
            while (_points.Keys.First() is var first && first <= oldest)
            {
                _points.Remove(first);
            }
        }

        return [.. _points.Values];
    }

    private static (long, long) Progress(MetricsPoint point) => (point.Requests, point.OutputTokens);
}
