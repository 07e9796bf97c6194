using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiSpeech;

/// <summary>
/// Speech as OpenAI tells it: the sound's own bytes as they come, or events. A step is a token of sound, made when it is due:
/// long texts take no memory. Always streamed, as OpenAI's is.
/// </summary>
internal sealed class SpeechAnswer(SpeechRequest request, SpeechScore score, string id) : IDialectAnswer, IChunkEncoder
{
    private readonly SpeechRenderer _renderer = new(score, request.Voice);
    private readonly byte[] _sound = new byte[WavHeader.Length + Pcm.BytesPerToken];

    public string Id => id;

    public string Model => request.RequestedModel;

    public IReadOnlyList<string> FinishReasons { get; } = ["stop"];

    public string ContentType => request.Events ? "text/event-stream; charset=utf-8" : request.Wav ? "audio/wav" : "audio/pcm";

    public IChunkEncoder Encoder => this;

    public void WriteWhole(IBufferWriter<byte> output) => throw new InvalidOperationException("Speech is always streamed.");

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
        OpenAiFault.TimedOut().WriteAsync(response, cancellationToken);

    public void WriteStart(PipeWriter output)
    {
        if (request.Wav && !request.Events)
        {
            WavHeader.Write(output.GetSpan(WavHeader.Length), dataBytes: null);
            output.Advance(WavHeader.Length);
        }
    }

    public void WriteStep(PipeWriter output, int step)
    {
        if (!request.Events)
        {
            output.Advance(_renderer.Render(output.GetSpan(Pcm.BytesPerToken)[..Pcm.BytesPerToken]));
            return;
        }

        var length = 0;
        if (step == 0 && request.Wav)
        {
            WavHeader.Write(_sound, dataBytes: null);
            length = WavHeader.Length;
        }

        length += _renderer.Render(_sound.AsSpan(length, Pcm.BytesPerToken));
        output.Write("data: {\"type\":\"speech.audio.delta\",\"audio\":\""u8);
        Base64.EncodeToUtf8(_sound.AsSpan(0, length), output.GetSpan(Base64.GetMaxEncodedToUtf8Length(length)), out _, out var written);
        output.Advance(written);
        output.Write("\"}\n\n"u8);
    }

    public void WriteEnd(PipeWriter output)
    {
        if (!request.Events)
        {
            return;
        }

        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "speech.audio.done"u8);
            json.WriteStartObject("usage"u8);
            json.WriteNumber("input_tokens"u8, request.InputTokens);
            json.WriteNumber("output_tokens"u8, score.Tokens);
            json.WriteNumber("total_tokens"u8, request.InputTokens + score.Tokens);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
