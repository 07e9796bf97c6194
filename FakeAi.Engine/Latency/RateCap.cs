namespace FakeAi.Engine.Latency;

/// <summary>Spaces steps so that a stream tells no more tokens than a limit in any second.</summary>
internal static class RateCap
{
    private const long SecondUs = 1_000_000;

    /// <summary>
    /// Moves steps later, never earlier. A step waits until the tokens of the step before it have had their share of a
    /// second (which spreads them evenly), and until those within the last second leave room for its own (which makes the
    /// limit exact where steps have several tokens). A single step of more tokens than the limit stands alone in its second.
    /// </summary>
    /// <param name="dueUs">When each step is due, microseconds, ascending; changed in place.</param>
    /// <param name="tokensIn">How many tokens a step has.</param>
    /// <param name="perSecond">Most tokens in any second; above 0.</param>
    public static void Apply(long[] dueUs, Func<int, int> tokensIn, int perSecond)
    {
        var (first, inWindow) = (0, 0L);
        for (var i = 0; i < dueUs.Length; i++)
        {
            var at = dueUs[i];
            if (i > 0)
            {
                var share = ((tokensIn(i - 1) * SecondUs) + perSecond - 1) / perSecond;
                at = Math.Max(at, dueUs[i - 1] + share);
            }

            inWindow += tokensIn(i);
            while (inWindow > perSecond && first < i)
            {
                at = Math.Max(at, dueUs[first] + SecondUs);
                inWindow -= tokensIn(first++);
            }

            dueUs[i] = at;
        }
    }
}
