using System.Globalization;

namespace FakeAi.Collector.Metrics;

/// <summary>Counters of one label set, or a sum of several.</summary>
internal sealed class Counters
{
    public long Completed { get; private set; }

    public long Errors { get; private set; }

    public long Cancelled { get; private set; }

    public long Streamed { get; private set; }

    public long DurationUs { get; private set; }

    public long InputTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public long CostNano { get; private set; }

    public LogHistogram Latency { get; } = new();

    public LogHistogram Ttft { get; } = new();

    public LogHistogram Itl { get; } = new();

    public long Ended => Completed + Errors + Cancelled;

    public double? AverageLatencyMs => Completed > 0 ? Math.Round(DurationUs / 1_000.0 / Completed, 3) : null;

    public void Add(ReadOnlySpan<char> field, long value)
    {
        switch (field[0])
        {
            case MetricFields.Latency:
                Latency.Add(int.Parse(field[1..], CultureInfo.InvariantCulture), value);
                break;
            case MetricFields.Ttft:
                Ttft.Add(int.Parse(field[1..], CultureInfo.InvariantCulture), value);
                break;
            case MetricFields.Itl:
                Itl.Add(int.Parse(field[1..], CultureInfo.InvariantCulture), value);
                break;
            default:
                AddCount(field, value);
                break;
        }
    }

    public void Add(Counters other)
    {
        Completed += other.Completed;
        Errors += other.Errors;
        Cancelled += other.Cancelled;
        Streamed += other.Streamed;
        DurationUs += other.DurationUs;
        InputTokens += other.InputTokens;
        OutputTokens += other.OutputTokens;
        CostNano += other.CostNano;
        Latency.Add(other.Latency);
        Ttft.Add(other.Ttft);
        Itl.Add(other.Itl);
    }

    private void AddCount(ReadOnlySpan<char> field, long value)
    {
        switch (field)
        {
            case MetricFields.Completed:
                Completed += value;
                break;
            case MetricFields.Errors:
                Errors += value;
                break;
            case MetricFields.Cancelled:
                Cancelled += value;
                break;
            case MetricFields.Streamed:
                Streamed += value;
                break;
            case MetricFields.DurationUs:
                DurationUs += value;
                break;
            case MetricFields.InputTokens:
                InputTokens += value;
                break;
            case MetricFields.OutputTokens:
                OutputTokens += value;
                break;
            case MetricFields.CostNano:
                CostNano += value;
                break;
        }
    }
}
