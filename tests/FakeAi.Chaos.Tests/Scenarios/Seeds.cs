using System.Globalization;

namespace FakeAi.Chaos.Tests.Scenarios;

/// <summary>The seeds with which each scenario is run; more of them by the environment variable <c>FAKEAI_CHAOS_SEEDS</c> (<c>4,5,6</c>).</summary>
internal static class Seeds
{
    public static IReadOnlyList<int> All { get; } =
    [
        1, 2, 3,
        .. (Environment.GetEnvironmentVariable("FAKEAI_CHAOS_SEEDS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(s => int.Parse(s, CultureInfo.InvariantCulture)),
    ];
}
