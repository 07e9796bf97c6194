using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Media;

/// <summary>A parsed and checked request for sound or images.</summary>
/// <param name="Route">The route template.</param>
/// <param name="Arrival">What the headers say.</param>
/// <param name="Model">Whose timing counts.</param>
/// <param name="RequestedModel">The model as the client wrote it.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="Timing">The timing that the request asks for.</param>
/// <param name="Seed">The seed of everything about the answer.</param>
/// <param name="Type">What the stream carries.</param>
/// <param name="Frame">The form of a stream; what it can tell besides the content.</param>
/// <param name="Content">What falls due when, and how many tokens it is.</param>
/// <param name="Told">The dialect's form of it.</param>
internal sealed record MediaCall(
    string Route, RequestArrival Arrival, ModelInfo Model, string RequestedModel, int InputTokens, LatencyOverrides Timing, ulong Seed,
    StreamType Type, StreamFrame Frame, IPacedContent Content, IDialectAnswer Told)
{
    /// <summary>The priority asked for.</summary>
    public PriorityClass Priority { get; init; } = PriorityClass.Normal;
}
