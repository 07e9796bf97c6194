using System.Diagnostics;
using System.Diagnostics.Metrics;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Telemetry;

/// <summary>The engine's own metrics, named and bounded as OpenTelemetry's GenAI conventions say.</summary>
internal sealed class EngineTelemetry
{
    public const string Name = "FakeAi.Engine";

    public static readonly ActivitySource Source = new(Name);

    private static readonly double[] s_durationBounds =
        [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    private static readonly double[] s_ttftBounds =
        [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private static readonly double[] s_perTokenBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _ttft;
    private readonly Histogram<double> _perToken;
    private readonly Counter<long> _merged;

    public EngineTelemetry(IMeterFactory meters, StreamManager streams)
    {
        var meter = meters.Create(Name);
        _duration = Seconds(meter, "gen_ai.server.request.duration", "Request received to last byte.", s_durationBounds);
        _ttft = Seconds(meter, "gen_ai.server.time_to_first_token", "Request received to first token, of completed streams.", s_ttftBounds);
        _perToken = Seconds(meter, "gen_ai.server.time_per_output_token", "Time per token after the first, of completed streams.", s_perTokenBounds);
        _merged = meter.CreateCounter<long>("fakeai.engine.merged_chunks", "{chunk}", "Chunks written with a later one because a stream was behind.");
        meter.CreateObservableUpDownCounter("fakeai.engine.active_streams", () => streams.Active, "{stream}", "Answers under way.");
    }

    /// <summary>The span that events are to hang under; null where none is recorded.</summary>
    public static string? Traceparent() => Activity.Current is { Recorded: true } activity ? activity.Id : null;

    /// <summary>Records an answer that was begun.</summary>
    public void Record(StreamOutcome outcome, in GenAiTags tags, long durationUs)
    {
        _duration.Record(durationUs / 1e6, tags.List(StreamEvents.ErrorOf(outcome)));
        if (outcome.MergedChunks > 0)
        {
            _merged.Add(outcome.MergedChunks);
        }

        if (outcome is not { End: StreamEnd.Completed, FirstTokenUs: { } first, LastTokenUs: { } last })
        {
            return;
        }

        _ttft.Record(first / 1e6, tags.List(null));
        if (outcome.Tokens > 1)
        {
            _perToken.Record((last - first) / 1e6 / (outcome.Tokens - 1), tags.List(null));
        }
    }

    /// <summary>Records a request that was refused.</summary>
    public void RecordRefused(in GenAiTags tags, long durationUs, string errorType) => _duration.Record(durationUs / 1e6, tags.List(errorType));

    private static Histogram<double> Seconds(Meter meter, string name, string description, double[] bounds) =>
        meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
