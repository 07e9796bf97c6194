using System.Buffers;

namespace FakeAi.Engine.Streaming.Formatters;

/// <summary>
/// A form in which streams are sent. Register one with <c>services.AddStreamFormatter&lt;T&gt;()</c>; clients choose it by
/// <c>?format=</c> or <c>Accept</c>. One object serves all streams: keep no state of one in it.
/// </summary>
public interface IStreamFormatter
{
    /// <summary>The value of <c>?format=</c>: 1 to 32 lower-case letters, digits or hyphens.</summary>
    string Name { get; }

    /// <summary>The response's <c>Content-Type</c>; its media type is what <c>Accept</c> is matched with.</summary>
    string ContentType { get; }

    /// <summary>Further media types in <c>Accept</c> that mean this format.</summary>
    IReadOnlyList<string> Aliases => [];

    /// <summary>How a dialect's own JSON is framed; null: this format is for generators' chunks alone.</summary>
    StreamFrame? Frame => null;

    /// <summary>Whether <see cref="FormatError"/> tells the client of an error; if not, the connection is broken off.</summary>
    bool TellsErrors => true;

    /// <summary>Writes a chunk.</summary>
    void Format(StreamChunk chunk, IBufferWriter<byte> output);

    /// <summary>Writes the error that ends the stream.</summary>
    void FormatError(StreamError error, IBufferWriter<byte> output);

    /// <summary>Writes what follows the last chunk.</summary>
    void FormatDone(IBufferWriter<byte> output);
}
