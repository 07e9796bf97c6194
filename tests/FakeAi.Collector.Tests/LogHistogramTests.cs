using FakeAi.Collector.Metrics;

namespace FakeAi.Collector.Tests;

public sealed class LogHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_OfMergedSamples_AreWithinOnePercentOfTheExactOnes(int seed)
    {
        var random = new Random(seed);
        var merged = new LogHistogram();
        var samples = new List<long>();
        for (var part = 0; part < 5; part++)
        {
            var histogram = new LogHistogram();
            for (var i = 0; i < 2_000; i++)
            {
                // From 1 ms to 20 minutes, thicker at the low end.
                var sample = (long)(1_000 * Math.Pow(1_200_000, Math.Pow(random.NextDouble(), 2)));
                samples.Add(sample);
                histogram.Add(LogHistogram.Step(sample), 1);
            }

            merged.Add(histogram);
        }

        samples.Sort();
        var percentiles = merged.ToPercentiles()!;
        Assert.Equal(10_000, percentiles.Count);
        Near(percentiles.P50, 0.50);
        Near(percentiles.P95, 0.95);
        Near(percentiles.P99, 0.99);

        void Near(double found, double share)
        {
            var exact = samples[(int)Math.Ceiling(share * samples.Count) - 1] / 1_000.0;
            Assert.InRange(found, exact * 0.99, exact * 1.01);
        }
    }

    [Fact]
    public void Percentiles_WithoutSamples_AreNull() => Assert.Null(new LogHistogram().ToPercentiles());
}
