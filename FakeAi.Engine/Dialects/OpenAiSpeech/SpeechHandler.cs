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
    SpeechRequestParser parser, RequestReader reader, MediaPipeline pipeline, OpenAiExchange exchange, IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/audio/speech";

    /// <summary>Bare sound: nothing else can stand between its bytes.</summary>
    private static readonly StreamFrame s_bytes = new() { ContentType = "audio/pcm", TellsErrors = false };

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, MediaPipeline.Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var (request, (timing, priority, _)) = await reader.ReadAsync(context, parser.Parse);
        var seed = request.SeedFor(_serverSeed);
        await pipeline.RunAsync(
            context,
            new MediaCall(Route, arrival, timing, Stream: true, () =>
            {
                var score = SpeechComposer.Compose(request.Input, request.Voice, request.SpeedPermille, seed);
                return (new PacedTokens(score.Tokens), new SpeechAnswer(request, score, arrival.RequestId));
            })
            {
                Prompt = new MediaPrompt(request.Model, request.RequestedModel, request.InputTokens),
                Type = StreamType.Audio,
                Frame = request.Events ? StreamFrame.ServerSentEvents : s_bytes,
                Priority = priority ?? PriorityClass.Normal,
            },
            seed);
    }
}
