using FakeAi.Contracts.Queries;

namespace FakeAi.Dashboard.Live;

/// <summary>The last 300 seconds of history, one point per second. Not thread-safe.</summary>
internal sealed class HistoryWindow
{
    /// <summary>Seconds that are kept, counted back from the newest.</summary>
    public const int Seconds = 300;

    private readonly SortedDictionary<long, Second> _seconds = [];

    /// <summary>Forgets all points.</summary>
    public void Clear() => _seconds.Clear();

    /// <summary>
    /// Takes points in; each replaces what is known of its second, unless that was told later. Not by size: a second's
    /// tokens may fall, because those of a running stream are laid onto seconds anew when it ends.
    /// </summary>
    /// <param name="points">The points.</param>
    /// <param name="told">When the collector told them, Unix milliseconds.</param>
    /// <param name="version">The version that they come with.</param>
    /// <returns>All points, oldest first.</returns>
    public IReadOnlyList<Versioned<MetricsPoint>> Merge(IReadOnlyList<MetricsPoint> points, long told, long version)
    {
        foreach (var point in points)
        {
            if (!_seconds.TryGetValue(point.Time, out var known)
                || (!Straggler.Is(told, known.Told) && point != known.Point.Value))
            {
                _seconds[point.Time] = new(new(point, version), told);
            }
        }

        if (_seconds.Count > 0)
        {
            var oldest = _seconds.Keys.Last() - Seconds;
            while (_seconds.Keys.First() is var first && first <= oldest)
            {
                _seconds.Remove(first);
            }
        }

        return [.. _seconds.Values.Select(static s => s.Point)];
    }

    private readonly record struct Second(Versioned<MetricsPoint> Point, long Told);
}
