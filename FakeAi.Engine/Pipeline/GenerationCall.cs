using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Pipeline;

/// <summary>A parsed and checked request on its way through the pipeline.</summary>
/// <param name="Route">The route template, such as <c>/v1/chat/completions</c>.</param>
/// <param name="Operation">OpenTelemetry's <c>gen_ai.operation.name</c>, such as <c>chat</c>.</param>
/// <param name="Arrival">What the headers say.</param>
/// <param name="Request">What to generate.</param>
/// <param name="Timing">The timing that the request asks for.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="Tell">Makes the dialect's form of the answer, from it and what the pipeline found out.</param>
internal sealed record GenerationCall(
    string Route, string Operation, RequestArrival Arrival, GenerationRequest Request, LatencyOverrides Timing, bool Stream,
    Func<Answer, GenerationContext, IDialectAnswer> Tell)
{
    /// <summary>Who goes first where requests wait for a worker.</summary>
    public PriorityClass Priority { get; init; } = PriorityClass.Normal;

    /// <summary>What the stream carries.</summary>
    public StreamType Type { get; init; } = StreamType.Chat;

    /// <summary>The format of a streamed answer.</summary>
    public StreamFrame Frame { get; init; } = StreamFrame.ServerSentEvents;

    /// <summary>Where the answer must come from; null leaves it to the sources.</summary>
    public AnswerMode? Mode { get; init; }
}
