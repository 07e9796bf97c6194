using FakeAi.Contracts.Queries;

namespace FakeAi.Collector.Metrics;

/// <summary>
/// Counts of samples in steps that grow by 2 %: a percentile read from it is off by at most 1 %. Samples are whole
/// microseconds. Histograms merge by addition.
/// </summary>
internal sealed class LogHistogram
{
    private const double Growth = 1.02;

    private static readonly double s_logGrowth = Math.Log(Growth);

    private readonly Dictionary<int, long> _steps = [];

    public long Count { get; private set; }

    /// <summary>The step of a sample; what is below 1 µs counts as 1 µs.</summary>
    public static int Step(long microseconds) => (int)Math.Floor(Math.Log(Math.Max(1, microseconds)) / s_logGrowth);

    public void Add(int step, long count)
    {
        _steps[step] = _steps.GetValueOrDefault(step) + count;
        Count += count;
    }

    public void Add(LogHistogram other)
    {
        foreach (var (step, count) in other._steps)
        {
            Add(step, count);
        }
    }

    /// <summary>Percentiles in milliseconds by nearest rank; null without samples.</summary>
    public Percentiles? ToPercentiles()
    {
        if (Count <= 0)
        {
            return null;
        }

        var steps = _steps.Where(s => s.Value > 0).OrderBy(s => s.Key).ToList();
        return new Percentiles(At(0.50), At(0.95), At(0.99), Count);

        double At(double share)
        {
            var rank = (long)Math.Ceiling(share * Count);
            var seen = 0L;
            foreach (var (step, count) in steps)
            {
                seen += count;
                if (seen >= rank)
                {
                    return Middle(step);
                }
            }

            return Middle(steps[^1].Key);
        }
    }

    // The geometric middle of a step is at most sqrt(1.02) - 1 = 0.995 % from either end.
    private static double Middle(int step) => Math.Round(Math.Pow(Growth, step + 0.5) / 1_000, 3);
}
