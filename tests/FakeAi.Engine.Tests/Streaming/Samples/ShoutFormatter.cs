using System.Buffers;
using System.Text;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace Sample;

/// <summary><c>format=shout</c>: a line for each chunk, in capitals.</summary>
public sealed class ShoutFormatter : IStreamFormatter
{
    public string Name => "shout";

    public string ContentType => "text/x-shout; charset=utf-8";

    public void Format(StreamChunk chunk, IBufferWriter<byte> output) =>
        output.Write(Encoding.UTF8.GetBytes($"{chunk.Sequence}: {Encoding.UTF8.GetString(chunk.Data.Span).Trim().ToUpperInvariant()}!\n"));

    public void FormatError(StreamError error, IBufferWriter<byte> output) => output.Write(Encoding.UTF8.GetBytes($"ALAS: {error.Message}\n"));

    public void FormatDone(IBufferWriter<byte> output) => output.Write("DONE!\n"u8);
}
