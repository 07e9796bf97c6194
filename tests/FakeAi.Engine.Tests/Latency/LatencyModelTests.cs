using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.Latency;

public sealed class LatencyModelTests
{
    private static readonly LatencyProfile s_profile = new(TtftMs: 180, TtftSdMs: 35, ItlMs: 10, ItlSdMs: 2, PrefillTps: 1500);
    private readonly LatencyModel _model = new(timeScale: 1);

    [Fact]
    public void Plan_OneSeed_GivesTheSameMicrosecondsOnEveryMachine()
    {
        var schedule = Plan(_model, s_profile, 10, 6, seed: 42, default);

        // Worked out by a second implementation in another language: they pin the generator, the normal samples and the rounding.
        Assert.Equal(KnownSchedule, Dues(schedule));
        Assert.Equal(Dues(schedule), Dues(Plan(_model, s_profile, 10, 6, seed: 42, default)));
        Assert.NotEqual(Dues(schedule), Dues(Plan(_model, s_profile, 10, 6, seed: 43, default)));
    }

    [Fact]
    public void Plan_ManySeeds_MeansAndDeviationsMatchTheProfile()
    {
        var ttfts = new List<double>();
        var itls = new List<double>();
        for (ulong seed = 0; seed < 2000; seed++)
        {
            var dues = Dues(Plan(_model, s_profile, 50, 21, seed, default));
            ttfts.Add(dues[0] / 1000.0);
            itls.AddRange(dues.Zip(dues.Skip(1), (a, b) => (b - a) / 1000.0));
        }

        Assert.InRange(ttfts.Average(), 177, 183);
        Assert.InRange(Deviation(ttfts), 32, 38);
        Assert.InRange(itls.Average(), 9.95, 10.05);
        Assert.InRange(Deviation(itls), 1.9, 2.1);
        Assert.All(ttfts, t => Assert.InRange(t, 180 - (3.5 * 35) - 0.001, 180 + (3.5 * 35) + 0.001));
    }

    [Fact]
    public void Plan_WideDeviation_NeverGoesBelowTheLeastWaits()
    {
        var wild = new LatencyProfile(2, 50, 1, 30, 1000);
        for (ulong seed = 0; seed < 200; seed++)
        {
            var dues = Dues(Plan(_model, wild, 10, 50, seed, default));
            Assert.True(dues[0] >= 1000);
            Assert.All(dues.Zip(dues.Skip(1)), p => Assert.True(p.Second - p.First >= 500));
        }
    }

    [Fact]
    public void Plan_LongPrompt_AddsPrefillBeyondAHundredTokens()
    {
        var plain = Plan(_model, s_profile, 100, 3, 7, default);
        var prefilled = Plan(_model, s_profile, 1600, 3, 7, default);
        Assert.Equal(1_000_000, prefilled.TtftUs - plain.TtftUs);
        Assert.Equal(1_000_000, prefilled.EndUs - plain.EndUs);
    }

    [Fact]
    public void Plan_Overrides_AreExact()
    {
        Assert.Equal([100_000, 110_500, 121_000], Dues(Plan(_model, s_profile, 5000, 3, 1, new LatencyOverrides(100_000, 10_500, Fast: false))));
        Assert.Equal([0, 0, 0], Dues(Plan(_model, s_profile, 10, 3, 1, new LatencyOverrides(0, 0, Fast: false))));
        Assert.Equal([0, 0, 0], Dues(Plan(_model, s_profile, 10, 3, 1, new LatencyOverrides(5_000, 5_000, Fast: true))));
        var own = Dues(Plan(_model, s_profile, 10, 3, 1, default));
        Assert.Equal([.. own.Select(d => d - own[0])], Dues(Plan(_model, s_profile, 10, 3, 1, new LatencyOverrides(0, null, Fast: false))));
    }

    [Fact]
    public void Plan_TimeScale_ScalesEveryOffset()
    {
        var full = Dues(Plan(_model, s_profile, 10, 5, 3, default));
        Assert.All(full.Zip(Dues(Plan(new LatencyModel(0.5), s_profile, 10, 5, 3, default))), p => Assert.InRange(p.Second, (p.First / 2) - 1, (p.First / 2) + 1));
        Assert.All(Dues(Plan(new LatencyModel(0), s_profile, 10, 5, 3, default)), d => Assert.Equal(0, d));
    }

    [Fact]
    public void Plan_EmptyAnswer_EndsAtTtft()
    {
        var schedule = Plan(_model, s_profile, 10, 0, 3, default);
        Assert.Equal(schedule.TtftUs, schedule.EndUs);
        Assert.True(schedule.EndUs > 0);
    }

    [Fact]
    public void Plan_LogNormal_GivesTheSameMicrosecondsAndTheProfilesMoments()
    {
        var model = new LatencyModel(1, LatencyDistribution.LogNormal);

        // From the second implementation, too, with its own exponential and logarithm.
        Assert.Equal([182_489, 189_399, 199_234, 208_435, 217_352, 224_852], Dues(Plan(model, s_profile, 10, 6, seed: 42, default)));
        var itls = new List<double>();
        for (ulong seed = 0; seed < 1000; seed++)
        {
            var dues = Dues(Plan(model, s_profile, 50, 41, seed, default));
            itls.AddRange(dues.Zip(dues.Skip(1), (a, b) => (b - a) / 1000.0));
        }

        Assert.InRange(itls.Average(), 9.95, 10.05);
        Assert.InRange(Deviation(itls), 1.9, 2.1);

        // Skewed to the right, as a normal distribution is not: the median lies below the mean.
        Assert.True(itls.Order().ElementAt(itls.Count / 2) < itls.Average() - 0.1);
    }

    [Fact]
    public void Plan_EverythingAtOnce_AppliesInTheDocumentedOrder()
    {
        var model = new LatencyModel(0.5, loadFactor: 3);
        var inputs = new LatencyInputs(s_profile, PromptTokens: 2600, CachedTokens: 1024, Temperature: 1.5, QueueUs: 250_000, Active: 65, MaxBatch: 129);
        var schedule = model.Plan(inputs, 5, _ => 1, 42, new LatencyOverrides(null, null, false, Speed: 2));
        Assert.Equal([843_707, 846_973, 852_038, 856_763, 861_328], Dues(schedule));
        Assert.Equal(843_707, schedule.TtftUs);
    }

    [Fact]
    public void Plan_CachedTokens_ShortenTtftByTheirPrefillAlone()
    {
        var cold = Plan(_model, s_profile, 4000, 5, 9, default);
        var warm = _model.Plan(new LatencyInputs(s_profile, 4000, CachedTokens: 3000), 5, _ => 1, 9, default);
        Assert.Equal(2_000_000, cold.TtftUs - warm.TtftUs);
        Assert.Equal(2_000_000, LatencyModel.SavedUs(s_profile, 4000, 3000));
        Assert.Equal(Dues(cold).Select(d => d - cold.TtftUs), Dues(warm).Select(d => d - warm.TtftUs));
    }

    [Fact]
    public void Plan_LoadFactorOff_DoesNotKnowWhoElseRuns()
    {
        var alone = _model.Plan(new LatencyInputs(s_profile, 10, Active: 1, MaxBatch: 256), 5, _ => 1, 9, default);
        var crowded = _model.Plan(new LatencyInputs(s_profile, 10, Active: 256, MaxBatch: 256), 5, _ => 1, 9, default);
        Assert.Equal(Dues(alone), Dues(crowded));

        var loaded = new LatencyModel(1, loadFactor: 2).Plan(new LatencyInputs(s_profile, 10, Active: 256, MaxBatch: 256), 5, _ => 1, 9, default);
        Assert.All(Dues(loaded).Zip(Dues(alone)), p => Assert.InRange(p.First, (p.Second * 2) - 5, (p.Second * 2) + 5));
    }

    [Fact]
    public void Plan_ExactTimes_BeatSpeedAndProfileButNotTheTimeInTheQueue()
    {
        var overrides = new LatencyOverrides(100_000, 10_000, false, Speed: 10);
        var schedule = _model.Plan(new LatencyInputs(s_profile, 5000, QueueUs: 7_000), 3, _ => 1, 9, overrides);
        Assert.Equal([107_000, 117_000, 127_000], Dues(schedule));
        Assert.Equal([7_000, 7_000, 7_000], Dues(_model.Plan(new LatencyInputs(s_profile, 5000, QueueUs: 7_000), 3, _ => 1, 9, overrides with { Fast = true })));
    }

    [Fact]
    public void Plan_RateLimit_NeverExceededInAnySecondAndReached()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            var random = new SeededRandom(seed);
            var steps = 1 + random.Next(300);
            int[] tokens = [.. Enumerable.Range(0, steps).Select(_ => 1 + random.Next(4))];
            var cap = 4 + random.Next(200);
            var free = Dues(_model.Plan(new LatencyInputs(s_profile, 10), steps, i => tokens[i], seed, default));
            var dues = Dues(_model.Plan(new LatencyInputs(s_profile, 10), steps, i => tokens[i], seed, new LatencyOverrides(null, null, false, MaxTokensPerSecond: cap)));
            Assert.All(dues.Zip(free), p => Assert.True(p.First >= p.Second));
            Assert.Equal(dues.Order(), dues);
            for (var i = 0; i < steps; i++)
            {
                var inSecond = 0;
                for (var j = i; j < steps && dues[j] < dues[i] + 1_000_000; j++)
                {
                    inSecond += tokens[j];
                }

                Assert.True(inSecond <= cap, $"seed {seed}: {inSecond} tokens in a second, {cap} allowed");
            }
        }

        var even = Dues(_model.Plan(new LatencyInputs(s_profile, 10), 101, _ => 1, 1, new LatencyOverrides(0, 0, false, MaxTokensPerSecond: 20)));
        Assert.Equal(5_000_000, even[^1]);
    }

    private static StreamSchedule Plan(LatencyModel model, LatencyProfile profile, int promptTokens, int steps, ulong seed, LatencyOverrides overrides) =>
        model.Plan(new LatencyInputs(profile, promptTokens), steps, _ => 1, seed, overrides);

    private static long[] KnownSchedule => [185_866, 192_332, 202_362, 211_719, 220_759, 228_052];

    private static long[] Dues(StreamSchedule schedule) => [.. Enumerable.Range(0, schedule.Steps).Select(schedule.DueUs)];

    private static double Deviation(List<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }
}
