using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>Serves <c>POST /v1/completions</c>.</summary>
internal sealed class CompletionHandler(
    CompletionRequestParser parser,
    RequestBody body,
    SteeringReader steering,
    GenerationPipeline pipeline,
    OpenAiExchange exchange,
    StreamFormats formats,
    Tokenizers tokenizers,
    EngineClock clock,
    IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/completions";
    private const string Operation = "text_completion";

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var request = await body.ReadAsync(context, parser.Parse);
        var (timing, priority, mode) = steering.Read(context.Request.Headers, request.Steering);
        var frame = request.Stream is null ? StreamFrame.ServerSentEvents : formats.ChooseFrame(context.Request);
        OpenAiExchange.RefusePlainText(frame, request.Prompts.Count * request.Returned);
        await pipeline.RunAsync(context, new GenerationCall(
            Route, Operation, arrival, request.Generation, timing, request.Stream is not null,
            (answer, found) => new CompletionAnswer(request, answer, found, tokenizers.For(request.Generation.Model), AnswerHead.Create(
                "cmpl-", request.Generation, "default", found.Seed, _serverSeed, clock.UnixUs / 1_000_000, arrival.Deterministic), frame))
        {
            Type = StreamType.Completion,
            Frame = frame,
            Mode = mode,
            Priority = priority ?? PriorityClass.Normal,
        });
    }
}
