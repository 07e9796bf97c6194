using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Streaming.Generators;

namespace FakeAi.Engine.Pipeline;

/// <summary>A request for a generator's stream.</summary>
/// <param name="Route">The route template.</param>
/// <param name="Operation">OpenTelemetry's <c>gen_ai.operation.name</c>.</param>
/// <param name="Arrival">What the headers say.</param>
/// <param name="Timing">The timing that the request asks for.</param>
/// <param name="Generator">Who makes the chunks.</param>
/// <param name="Formatter">The form in which they are sent.</param>
/// <param name="Request">What all generators understand.</param>
/// <param name="Seed">The seed of everything about the stream.</param>
internal sealed record GeneratorCall(
    string Route, string Operation, RequestArrival Arrival, LatencyOverrides Timing, IStreamGenerator Generator, IStreamFormatter Formatter,
    GeneratorRequest Request, ulong Seed)
    : AnswerCall(Route, Operation, Arrival, Timing, Stream: true)
{
    /// <summary>The request's body.</summary>
    public JsonElement Body => Request.Body;

    public override ModelInfo Model => Request.Model;

    public override string RequestedModel => Request.Model.Id;

    public override int PromptTokens => Request.PromptTokens;

    public override double? Temperature => Request.Temperature;

    public override int? Limit => Request.MaxTokens;
}

/// <summary>What all generators understand, and the body for the rest.</summary>
/// <param name="Model">The model whose timing and tokens count.</param>
/// <param name="Body">The whole body, a JSON object.</param>
/// <param name="PromptTokens">Tokens of <c>input</c>, if that is text.</param>
/// <param name="MaxTokens">Most tokens; null where no limit was given.</param>
/// <param name="Temperature">0 to 2; null where none was given.</param>
internal sealed record GeneratorRequest(ModelInfo Model, JsonElement Body, int PromptTokens, int? MaxTokens, double? Temperature);
