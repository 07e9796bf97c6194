using System.Globalization;
using System.Text;
using FakeAi.Contracts.Events;

namespace FakeAi.Collector.Requests;

/// <summary>When the tokens of an answer were sent: the offsets for its bar, and how many fell into each second.</summary>
internal static class TokenOffsets
{
    /// <summary>Most offsets that are kept of one answer.</summary>
    public const int Limit = 2_000;

    private const int UnitUs = 100;

    /// <summary>Offsets from the request's start in tenths of a millisecond; evenly thinned, first and last kept. Null for none.</summary>
    public static string? Write(StreamCompleted d)
    {
        if (d.FirstTokenUs is not { } at || d.TokenDeltasUs.Count == 0)
        {
            return null;
        }

        var count = d.TokenDeltasUs.Count + 1;
        var kept = Math.Min(count, Limit);
        var text = new StringBuilder(kept * 6);
        var next = 0;
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                at += d.TokenDeltasUs[i - 1];
            }

            // The k-th kept token is the one at k * (count - 1) / (kept - 1).
            if (kept == count || i == (long)next * (count - 1) / (kept - 1))
            {
                next++;
                text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{(at + UnitUs / 2) / UnitUs}");
            }
        }

        return text.ToString();
    }

    /// <summary>Milliseconds from the request's start.</summary>
    public static double[] Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        var span = text.AsSpan();
        var offsets = new double[span.Count(',') + 1];
        var i = 0;
        foreach (var part in span.Split(','))
        {
            offsets[i++] = long.Parse(span[part], CultureInfo.InvariantCulture) * UnitUs / 1_000.0;
        }

        return offsets;
    }

    /// <summary>
    /// <c>second:count</c> pairs for an answer whose end was told at a time. The last token was sent just before; tokens
    /// without an offset of their own (answers that are not streamed) count with the last.
    /// </summary>
    public static string PerSecond(StreamCompleted d, long timeUs)
    {
        var seconds = new SortedDictionary<long, long>();
        var remaining = (long)d.OutputTokens;
        var at = timeUs;
        for (var i = d.TokenDeltasUs.Count; i >= 0 && remaining > 0; i--)
        {
            Add(at / 1_000_000, 1);
            at -= i > 0 ? d.TokenDeltasUs[i - 1] : 0;
        }

        if (remaining > 0)
        {
            Add(timeUs / 1_000_000, remaining);
        }

        return string.Join(',', seconds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}:{s.Value}")));

        void Add(long second, long count)
        {
            seconds[second] = seconds.GetValueOrDefault(second) + count;
            remaining -= count;
        }
    }

    /// <summary>Reads what <see cref="PerSecond"/> wrote.</summary>
    public static IEnumerable<(long Second, long Count)> ReadPerSecond(string text) =>
        text.Length == 0
            ? []
            : text.Split(',').Select(static part =>
            {
                var colon = part.IndexOf(':', StringComparison.Ordinal);
                return (long.Parse(part.AsSpan(0, colon), CultureInfo.InvariantCulture), long.Parse(part.AsSpan(colon + 1), CultureInfo.InvariantCulture));
            });
}
