using System.Globalization;

namespace FakeAi.Chaos.Tests.Scenarios;

/// <summary>The seeds with which a scenario is run; more of them by the environment variable <c>FAKEAI_CHAOS_SEEDS</c> (<c>4,5,6</c>).</summary>
internal static class Seeds
{
    private static readonly int[] s_more =
    [
        .. (Environment.GetEnvironmentVariable("FAKEAI_CHAOS_SEEDS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(s => int.Parse(s, CultureInfo.InvariantCulture)),
    ];

    /// <summary>The scenario's own seeds, 1, 2 and so on, and what was asked for besides.</summary>
    public static IReadOnlyList<int> Of(int own) => [.. Enumerable.Range(1, own), .. s_more];
}
