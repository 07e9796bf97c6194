using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Media;

/// <summary>A request for sound or images.</summary>
/// <param name="Route">The route template.</param>
/// <param name="Arrival">What the headers say.</param>
/// <param name="Timing">The timing that the request asks for.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="Make">Makes the answer: what falls due when, and the dialect's form of it. Called when there is a worker for it.</param>
internal sealed record MediaCall(
    string Route, RequestArrival Arrival, LatencyOverrides Timing, bool Stream, Func<(IPacedContent Content, IDialectAnswer Told)> Make)
    : AnswerCall(Route, MediaPipeline.Operation, Arrival, Timing, Stream)
{
    /// <summary>What the request says of its prompt.</summary>
    public required MediaPrompt Prompt { get; init; }

    public override ModelInfo Model => Prompt.Model;

    public override string RequestedModel => Prompt.RequestedModel;

    public override int PromptTokens => Prompt.Tokens;

    public override bool Compresses => false;
}

/// <summary>Who is asked, and how much.</summary>
/// <param name="Model">Whose timing counts.</param>
/// <param name="RequestedModel">The model as the client wrote it.</param>
/// <param name="Tokens">Tokens of the prompt.</param>
internal sealed record MediaPrompt(ModelInfo Model, string RequestedModel, int Tokens);
