namespace FakeAi.Dashboard.Live;

/// <summary>Tells metrics that come late from those of a collector whose clock was set back.</summary>
internal static class Straggler
{
    private const long ClockCorrectionMs = 10_000;

    /// <summary>Whether what was told at one time is older than what is known, both Unix milliseconds.</summary>
    public static bool Is(long told, long known) => told < known && known - told < ClockCorrectionMs;
}
