using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>An answer as Anthropic's messages tell it.</summary>
internal sealed class MessageAnswer(ToldMessage told, bool stream, string requestId) : IDialectAnswer
{
    private static readonly AnthropicWords s_words = AnthropicWords.Instance;

    public string Id => told.Head.Id;

    public string Model => told.Head.Model;

    public IReadOnlyList<string> FinishReasons { get; } = [told.StopReason];

    public string ContentType => Encoder is null ? "application/json" : EventFrame.Stream.ContentType;

    public IChunkEncoder? Encoder { get; } = stream ? new EventWriter(told) : null;

    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonText.Plain);
        json.WriteStartObject();
        told.WriteHead(json);
        json.WriteStartArray("content"u8);
        var index = 0;
        foreach (var part in told.Blocks)
        {
            told.WriteBlock(json, part, index++, begins: false);
        }

        json.WriteEndArray();
        told.WriteStop(json);
        told.Usage.Write(json);
        json.WriteEndObject();
    }

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
        s_words.WriteAsync(response, s_words.TimedOut(), requestId, cancellationToken);

    public Task WriteErrorAsync(HttpResponse response, StreamError error, CancellationToken cancellationToken) =>
        s_words.WriteAsync(response, s_words.Of(error), requestId, cancellationToken);

    public void WriteStreamError(IBufferWriter<byte> output, StreamFrame frame, StreamError error)
    {
        output.Write("event: error\ndata: "u8);
        s_words.Write(output, s_words.Of(error), requestId);
        output.Write("\n\n"u8);
    }
}
