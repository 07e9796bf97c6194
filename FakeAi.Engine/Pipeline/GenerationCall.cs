using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;

namespace FakeAi.Engine.Pipeline;

/// <summary>A request for text.</summary>
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
    : AnswerCall(Route, Operation, Arrival, Timing, Stream)
{
    /// <summary>Where the answer must come from; null leaves it to the sources.</summary>
    public AnswerMode? Mode { get; init; }

    public override ModelInfo Model => Request.Model;

    public override string RequestedModel => Request.RequestedModel;

    public override int PromptTokens => Request.PromptTokens;

    public override double? Temperature => Request.Sampling.Temperature;

    public override GenerationRequest Conversation => Request;

    public override int? Limit => Request.LimitGiven ? Request.MaxTokens : null;
}
