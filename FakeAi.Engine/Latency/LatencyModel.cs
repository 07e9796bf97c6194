using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Latency;

/// <summary>
/// Lays out an answer's schedule; <c>docs/latency-model.md</c> has the formulas. Uses IEEE + - * / and the square root
/// only, and rounds each wait to whole microseconds, so that a seed gives the same schedule on every machine.
/// </summary>
/// <param name="timeScale">Factor on every offset; 1 is the profile's own time, 0 no waits.</param>
/// <param name="distribution">How waits scatter around their means.</param>
/// <param name="loadFactor">How many times slower a full batch is than a single sequence; 1 is no influence.</param>
internal sealed class LatencyModel(double timeScale, LatencyDistribution distribution = LatencyDistribution.Normal, double loadFactor = 1)
{
    /// <summary>Purpose of the schedule's random numbers, apart from those of the choices' texts.</summary>
    private const ulong Purpose = 0x5C4ED;
    private const double Reach = 3.5;
    private const double LeastTtftMs = 1;
    private const double LeastItlMs = 0.5;
    private const int FreePromptTokens = 100;
    private const double TtftPerTemperature = 0.03;
    private const double ItlPerTemperature = 0.02;

    /// <summary>Lays out when each step of an answer is due.</summary>
    /// <param name="inputs">What it depends on.</param>
    /// <param name="steps">How many steps there are.</param>
    /// <param name="tokensIn">Tokens of a step; asked only where a limit is set.</param>
    /// <param name="seed">The request's seed.</param>
    /// <param name="overrides">What the request asks for.</param>
    public StreamSchedule Plan(in LatencyInputs inputs, int steps, Func<int, int> tokensIn, ulong seed, in LatencyOverrides overrides)
    {
        var due = new long[steps];
        var ttft = overrides.Fast ? 0 : Fill(due, inputs, seed, overrides);
        if (overrides is { Fast: false, MaxTokensPerSecond: { } cap })
        {
            RateCap.Apply(due, tokensIn, cap);
            ttft = due.Length > 0 ? due[0] : ttft;
        }

        if (inputs.QueueUs > 0)
        {
            ttft += inputs.QueueUs;
            foreach (ref var at in due.AsSpan())
            {
                at += inputs.QueueUs;
            }
        }

        return new StreamSchedule(ttft, due);
    }

    /// <summary>Prefill that cached tokens spare by a profile's pace, microseconds.</summary>
    public static long SavedUs(LatencyProfile profile, int promptTokens, int cachedTokens) =>
        Microseconds(PrefillMs(profile, promptTokens) - PrefillMs(profile, promptTokens - cachedTokens));

    /// <summary>The unlimited schedule, before any wait for a worker.</summary>
    private long Fill(long[] due, in LatencyInputs inputs, ulong seed, in LatencyOverrides overrides)
    {
        var profile = inputs.Profile;
        var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
        var heat = Math.Max(0, inputs.Temperature - 1);
        var load = Load(inputs) / (overrides.Speed ?? 1);
        var (ttftFactor, itlFactor) = ((1 + (heat * TtftPerTemperature)) * load, (1 + (heat * ItlPerTemperature)) * load);

        // Drawn even where it is not used: the draws after it must not shift.
        var own = Sample(random, profile.TtftMs, profile.TtftSdMs, Shape(profile.TtftMs, profile.TtftSdMs), LeastTtftMs);
        var ttft = overrides.TtftUs
            ?? Microseconds((own + PrefillMs(profile, inputs.PromptTokens - inputs.CachedTokens)) * ttftFactor);
        var shape = Shape(profile.ItlMs, profile.ItlSdMs);
        var at = ttft;
        for (var i = 0; i < due.Length; i++)
        {
            if (i > 0)
            {
                at += overrides.ItlUs ?? Microseconds(Sample(random, profile.ItlMs, profile.ItlSdMs, shape, LeastItlMs) * itlFactor);
            }

            due[i] = Scale(at);
        }

        return Scale(ttft);
    }

    private static double PrefillMs(LatencyProfile profile, int tokens) =>
        tokens > FreePromptTokens ? (tokens - FreePromptTokens) / profile.PrefillTps * 1000 : 0;

    private double Load(in LatencyInputs inputs) =>
        loadFactor == 1 || inputs.MaxBatch < 2
            ? 1
            : 1 + ((loadFactor - 1) * (Math.Min(inputs.Active, inputs.MaxBatch) - 1) / (inputs.MaxBatch - 1));

    /// <summary>The standard deviation of the logarithm; 0 where it is not needed.</summary>
    private double Shape(double mean, double sd) =>
        distribution == LatencyDistribution.LogNormal && mean > 0 ? Math.Sqrt(PortableMath.Log(1 + (sd / mean * (sd / mean)))) : 0;

    private double Sample(SeededRandom random, double mean, double sd, double shape, double least)
    {
        var z = Math.Clamp(random.NextNormal(), -Reach, Reach);
        var sample = distribution == LatencyDistribution.LogNormal
            ? mean * PortableMath.Exp((shape * z) - (shape * shape / 2))
            : mean + (sd * z);
        return Math.Max(least, sample);
    }

    private static long Microseconds(double milliseconds) => (long)((milliseconds * 1000) + 0.5);

    private long Scale(long microseconds) => timeScale == 1 ? microseconds : (long)((microseconds * timeScale) + 0.5);
}
