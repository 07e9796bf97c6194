using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Latency;

/// <summary>
/// Lays out an answer's schedule from the model's profile. Uses IEEE + - * / only, and rounds each wait to whole
/// microseconds, so that a seed gives the same schedule on every machine.
/// </summary>
/// <param name="timeScale">Factor on every offset; 1 is the profile's own time, 0 no waits.</param>
internal sealed class LatencyModel(double timeScale)
{
    /// <summary>Purpose of the schedule's random numbers, apart from those of the choices' texts.</summary>
    private const ulong Purpose = 0x5C4ED;
    private const double Reach = 3.5;
    private const double LeastTtftMs = 1;
    private const double LeastItlMs = 0.5;
    private const int FreePromptTokens = 100;

    public StreamSchedule Plan(LatencyProfile profile, int promptTokens, int steps, ulong seed, LatencyOverrides overrides)
    {
        var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
        var ttftMs = Sample(random, profile.TtftMs, profile.TtftSdMs, LeastTtftMs);
        if (promptTokens > FreePromptTokens)
        {
            ttftMs += (promptTokens - FreePromptTokens) / profile.PrefillTps * 1000;
        }

        var ttft = overrides.Fast ? 0 : overrides.TtftUs ?? Microseconds(ttftMs);
        var due = new long[steps];
        var at = ttft;
        for (var i = 0; i < steps; i++)
        {
            if (i > 0 && !overrides.Fast)
            {
                at += overrides.ItlUs ?? Microseconds(Sample(random, profile.ItlMs, profile.ItlSdMs, LeastItlMs));
            }

            due[i] = Scale(at);
        }

        return new StreamSchedule(Scale(ttft), due);
    }

    private static double Sample(SeededRandom random, double mean, double sd, double least) =>
        Math.Max(least, mean + (sd * Math.Clamp(random.NextNormal(), -Reach, Reach)));

    private static long Microseconds(double milliseconds) => (long)((milliseconds * 1000) + 0.5);

    private long Scale(long microseconds) => timeScale == 1 ? microseconds : (long)((microseconds * timeScale) + 0.5);
}
