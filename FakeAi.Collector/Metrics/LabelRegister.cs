using System.Globalization;

namespace FakeAi.Collector.Metrics;

/// <summary>
/// Gives a shard's label sets their numbers: first come, first served; 0 is "other". Reserved ones get a number even when
/// none is left, so that requests for names that do not exist cannot crowd them out.
/// </summary>
internal sealed class LabelRegister(IReadOnlyDictionary<string, string>? known, int limit)
{
    private readonly Dictionary<string, string> _added = new(StringComparer.Ordinal);
    private readonly int _count = known?.Count ?? 0;

    /// <summary>Label sets that are new in this batch.</summary>
    public IReadOnlyDictionary<string, string> Added => _added;

    public string Number(LabelSet labels, bool reserved)
    {
        var text = labels.ToString();
        if (known?.TryGetValue(text, out var number) == true || _added.TryGetValue(text, out number))
        {
            return number;
        }

        var next = _count + _added.Count + 1;
        if (next > limit && !reserved)
        {
            return "0";
        }

        return _added[text] = next.ToString(CultureInfo.InvariantCulture);
    }
}
