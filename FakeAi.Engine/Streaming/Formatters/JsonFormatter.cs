using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FakeAi.Engine.Streaming.Formatters;

/// <summary>Chunks as JSON objects within a frame.</summary>
internal abstract class JsonFormatter(string name, StreamFrame frame) : IStreamFormatter
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => name;

    public string ContentType => frame.ContentType;

    public virtual IReadOnlyList<string> Aliases => [];

    public StreamFrame? Frame => frame;

    public void Format(StreamChunk chunk, IBufferWriter<byte> output)
    {
        output.Write(frame.Prefix.Span);
        using (var json = new Utf8JsonWriter(output, s_json))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, chunk.Id);
            json.WriteString("object"u8, "stream.chunk"u8);
            json.WriteNumber("sequence"u8, chunk.Sequence);
            json.WriteString("type"u8, chunk.Type);
            DeltaGenerator.Write(json, chunk);
            json.WriteNumber("tokens"u8, chunk.TokenCount);
            json.WriteBoolean("first"u8, chunk.IsFirst);
            json.WriteBoolean("last"u8, chunk.IsLast);
            json.WriteEndObject();
        }

        output.Write(frame.Suffix.Span);
    }

    public void FormatError(StreamError error, IBufferWriter<byte> output)
    {
        output.Write(frame.Prefix.Span);
        error.WriteEnvelope(output);
        output.Write(frame.Suffix.Span);
    }

    public void FormatDone(IBufferWriter<byte> output) => output.Write(frame.Done.Span);
}

/// <summary><c>format=sse</c>, the default.</summary>
internal sealed class SseFormatter() : JsonFormatter("sse", StreamFrame.ServerSentEvents);

/// <summary><c>format=jsonl</c>.</summary>
internal sealed class JsonLinesFormatter() : JsonFormatter("jsonl", StreamFrame.JsonLines)
{
    public override IReadOnlyList<string> Aliases => ["application/x-ndjson", "application/x-jsonlines"];
}
