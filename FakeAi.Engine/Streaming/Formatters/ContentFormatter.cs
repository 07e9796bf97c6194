using System.Buffers;

namespace FakeAi.Engine.Streaming.Formatters;

/// <summary>The chunks' bytes and nothing around them. An error breaks the connection.</summary>
internal abstract class ContentFormatter(string name, string contentType, StreamFrame? frame) : IStreamFormatter
{
    public string Name => name;

    public string ContentType => contentType;

    public StreamFrame? Frame => frame;

    public bool TellsErrors => false;

    public void Format(StreamChunk chunk, IBufferWriter<byte> output) => output.Write(chunk.Data.Span);

    public void FormatError(StreamError error, IBufferWriter<byte> output)
    {
        // Bytes of an error could not be told from those of the answer.
    }

    public void FormatDone(IBufferWriter<byte> output)
    {
        // The body's end is the end.
    }
}

/// <summary><c>format=text</c>.</summary>
internal sealed class PlainTextFormatter() : ContentFormatter("text", StreamFrame.PlainText.ContentType, StreamFrame.PlainText);

/// <summary><c>format=binary</c>, of generators' streams only.</summary>
internal sealed class BinaryFormatter() : ContentFormatter("binary", "application/octet-stream", frame: null);
