using System.Buffers;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Media;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Dialects.Exchange;

/// <summary>A request that generates no tokens: what is asked of a model, and the answer that is ready before its time has come.</summary>
/// <param name="Route">The route template.</param>
/// <param name="Operation">OpenTelemetry's <c>gen_ai.operation.name</c>.</param>
/// <param name="Arrival">What the headers say.</param>
/// <param name="Model">Whose timing counts.</param>
/// <param name="RequestedModel">The model as the client wrote it.</param>
/// <param name="InputTokens">Tokens of the input.</param>
/// <param name="Steering">The timing and priority that the request asks for.</param>
/// <param name="Seed">The seed of its timing.</param>
/// <param name="Id">The answer's id.</param>
internal sealed record WholeCall(
    string Route, string Operation, RequestArrival Arrival, ModelInfo Model, string RequestedModel, int InputTokens, Steering Steering, ulong Seed, string Id)
{
    /// <summary>Answers in the provider's words where the time is over before the answer could go.</summary>
    public required Func<HttpResponse, CancellationToken, Task> TimedOut { get; init; }

    /// <summary>The response's <c>Content-Type</c>.</summary>
    public string ContentType { get; init; } = "application/json";
}

/// <summary>Sends answers that are told whole and generate no tokens, such as embeddings, when the model's TTFT has passed.</summary>
internal sealed class WholeAnswers(MediaPipeline pipeline)
{
    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="call">What it asks.</param>
    /// <param name="write">Writes the answer's JSON.</param>
    public Task RunAsync(HttpContext context, WholeCall call, Action<IBufferWriter<byte>> write) => pipeline.RunAsync(
        context,
        new MediaCall(
            call.Route, call.Arrival, call.Steering.Timing, Stream: false,
            () => (new UncountedStep(), new Told(call, write)))
        {
            Operation = call.Operation,
            Prompt = new MediaPrompt(call.Model, call.RequestedModel, call.InputTokens),
            Type = StreamType.Custom,
            Priority = call.Steering.Priority ?? PriorityClass.Normal,
        },
        call.Seed);

    private sealed class Told(WholeCall call, Action<IBufferWriter<byte>> write) : IDialectAnswer
    {
        public string Id => call.Id;

        public string Model => call.RequestedModel;

        public IReadOnlyList<string> FinishReasons { get; } = ["stop"];

        public string ContentType => call.ContentType;

        public IChunkEncoder? Encoder => null;

        public void WriteWhole(IBufferWriter<byte> output) => write(output);

        public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
            call.TimedOut(response, cancellationToken);
    }
}
