using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Latency;

namespace FakeAi.Engine.Tests.Latency;

public sealed class LatencyModelTests
{
    private static readonly LatencyProfile s_profile = new(TtftMs: 180, TtftSdMs: 35, ItlMs: 10, ItlSdMs: 2, PrefillTps: 1500);
    private readonly LatencyModel _model = new(timeScale: 1);

    [Fact]
    public void Plan_OneSeed_GivesTheSameMicrosecondsOnEveryMachine()
    {
        var schedule = _model.Plan(s_profile, 10, 6, seed: 42, default);

        // Worked out by a second implementation in another language: they pin the generator, the normal samples and the rounding.
        Assert.Equal(KnownSchedule, Dues(schedule));
        Assert.Equal(Dues(schedule), Dues(_model.Plan(s_profile, 10, 6, seed: 42, default)));
        Assert.NotEqual(Dues(schedule), Dues(_model.Plan(s_profile, 10, 6, seed: 43, default)));
    }

    [Fact]
    public void Plan_ManySeeds_MeansAndDeviationsMatchTheProfile()
    {
        var ttfts = new List<double>();
        var itls = new List<double>();
        for (ulong seed = 0; seed < 2000; seed++)
        {
            var dues = Dues(_model.Plan(s_profile, 50, 21, seed, default));
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
            var dues = Dues(_model.Plan(wild, 10, 50, seed, default));
            Assert.True(dues[0] >= 1000);
            Assert.All(dues.Zip(dues.Skip(1)), p => Assert.True(p.Second - p.First >= 500));
        }
    }

    [Fact]
    public void Plan_LongPrompt_AddsPrefillBeyondAHundredTokens()
    {
        var plain = _model.Plan(s_profile, 100, 3, 7, default);
        var prefilled = _model.Plan(s_profile, 1600, 3, 7, default);
        Assert.Equal(1_000_000, prefilled.TtftUs - plain.TtftUs);
        Assert.Equal(1_000_000, prefilled.EndUs - plain.EndUs);
    }

    [Fact]
    public void Plan_Overrides_AreExact()
    {
        Assert.Equal([100_000, 110_500, 121_000], Dues(_model.Plan(s_profile, 5000, 3, 1, new LatencyOverrides(100_000, 10_500, Fast: false))));
        Assert.Equal([0, 0, 0], Dues(_model.Plan(s_profile, 10, 3, 1, new LatencyOverrides(0, 0, Fast: false))));
        Assert.Equal([0, 0, 0], Dues(_model.Plan(s_profile, 10, 3, 1, new LatencyOverrides(5_000, 5_000, Fast: true))));
        var own = Dues(_model.Plan(s_profile, 10, 3, 1, default));
        Assert.Equal([.. own.Select(d => d - own[0])], Dues(_model.Plan(s_profile, 10, 3, 1, new LatencyOverrides(0, null, Fast: false))));
    }

    [Fact]
    public void Plan_TimeScale_ScalesEveryOffset()
    {
        var full = Dues(_model.Plan(s_profile, 10, 5, 3, default));
        Assert.All(full.Zip(Dues(new LatencyModel(0.5).Plan(s_profile, 10, 5, 3, default))), p => Assert.InRange(p.Second, (p.First / 2) - 1, (p.First / 2) + 1));
        Assert.All(Dues(new LatencyModel(0).Plan(s_profile, 10, 5, 3, default)), d => Assert.Equal(0, d));
    }

    [Fact]
    public void Plan_EmptyAnswer_EndsAtTtft()
    {
        var schedule = _model.Plan(s_profile, 10, 0, 3, default);
        Assert.Equal(schedule.TtftUs, schedule.EndUs);
        Assert.True(schedule.EndUs > 0);
    }

    private static long[] KnownSchedule => [185_866, 192_332, 202_362, 211_719, 220_759, 228_052];

    private static long[] Dues(StreamSchedule schedule) => [.. Enumerable.Range(0, schedule.Steps).Select(schedule.DueUs)];

    private static double Deviation(List<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }
}
