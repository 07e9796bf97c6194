using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Media;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiSpeech;

/// <summary>Serves <c>POST /v1/audio/speech</c>.</summary>
internal sealed class SpeechHandler(
    SpeechRequestParser parser, RequestBody body, SteeringReader steering, MediaPipeline pipeline, OpenAiExchange exchange, IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/audio/speech";

    /// <summary>Bare sound: nothing else can stand between its bytes.</summary>
    private static readonly StreamFrame s_bytes = new() { ContentType = "audio/pcm", TellsErrors = false };

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, MediaPipeline.Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var request = await body.ReadAsync(context, parser.Parse);
        var (timing, priority, _) = steering.Read(context.Request.Headers, request.Steering);
        var seed = request.SeedFor(_serverSeed);
        var score = SpeechComposer.Compose(request.Input, request.Voice, request.SpeedPermille, seed);
        await pipeline.RunAsync(context, new MediaCall(
            Route, arrival, request.Model, request.RequestedModel, request.InputTokens, timing, seed,
            StreamType.Audio, request.Events ? StreamFrame.ServerSentEvents : s_bytes, new PacedTokens(score.Tokens), new SpeechAnswer(request, score, arrival.RequestId))
        {
            Priority = priority ?? PriorityClass.Normal,
        });
    }
}
