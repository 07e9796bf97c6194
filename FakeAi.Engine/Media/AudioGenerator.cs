using System.Runtime.CompilerServices;
using System.Text.Json;
using FakeAi.Engine.Dialects.FakeAiStreams;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Generators;

namespace FakeAi.Engine.Media;

/// <summary>
/// <c>audio</c>: speaks <c>input</c> (at most 4,096 characters) with <c>voice</c> (<c>alloy</c> unless given) and
/// <c>speed_percent</c> (25 to 400, 100 unless given): 24 kHz PCM in chunks of 50 ms, a token each.
/// </summary>
internal sealed class AudioGenerator : IStreamGenerator
{
    private const int LongestText = 4_096;

    public string Name => "audio";

    public StreamType Type => StreamType.Audio;

    public async IAsyncEnumerable<StreamChunk> GenerateAsync(
        StreamContext context, JsonElement request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = MediaFields.Text(context, request, "input", LongestText);
        var voice = Voice.Find(MediaFields.TextOr(context, request, "voice", "alloy")) ?? throw MediaFields.Invalid(
            context, $"'voice' must be one of {string.Join(", ", Voice.Names)}.");
        var speed = StreamFields.Integer(context, request, "speed_percent", 100, 25, 400);
        var score = SpeechComposer.Compose(text, voice, speed * 10, context.Seed);
        var renderer = new SpeechRenderer(score, voice);
        while (renderer.Left > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = new byte[Math.Min(Pcm.BytesPerToken, renderer.Left * Pcm.BytesPerSample)];
            renderer.Render(bytes);
            yield return StreamChunk.Binary(bytes, 1) with { Type = "audio" };
        }

        await Task.CompletedTask;
    }
}
