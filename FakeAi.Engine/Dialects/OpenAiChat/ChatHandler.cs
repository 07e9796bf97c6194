using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Serves <c>POST /v1/chat/completions</c>: reads and checks, and hands over to the pipeline.</summary>
internal sealed class ChatHandler(
    ChatRequestParser parser,
    RequestBody body,
    SteeringReader steering,
    GenerationPipeline pipeline,
    OpenAiExchange exchange,
    StreamFormats formats,
    Tokenizers tokenizers,
    EngineClock clock,
    IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/chat/completions";
    private const string Operation = "chat";

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var request = await body.ReadAsync(context, parser.Parse);
        var (timing, priority, mode) = steering.Read(context.Request.Headers, request.Steering);
        var frame = request.Stream is null ? StreamFrame.ServerSentEvents : formats.ChooseFrame(context.Request);
        OpenAiExchange.RefusePlainText(frame, request.Generation.Choices, request.Audio is not null);
        await pipeline.RunAsync(context, new GenerationCall(
            Route, Operation, arrival, request.Generation, timing, request.Stream is not null,
            (answer, found) => new ChatAnswer(request, answer, found, tokenizers.For(request.Generation.Model), AnswerHead.Create(
                "chatcmpl-", request.Generation, request.ServiceTier, found.Seed, _serverSeed, clock.UnixUs / 1_000_000, arrival.Deterministic), frame))
        {
            Frame = frame,
            Mode = mode,
            Priority = priority ?? PriorityClasses.OfServiceTier(request.ServiceTier),
        });
    }
}
