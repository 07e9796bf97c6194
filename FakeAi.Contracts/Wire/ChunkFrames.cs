using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace FakeAi.Contracts.Wire;

/// <summary>What a frame of a chunk link is.</summary>
public enum ChunkKind : byte
{
    /// <summary>Engine to gateway: bytes of a body.</summary>
    Data = 0,

    /// <summary>Engine to gateway: the trailers, and the body's last bytes. Nothing follows for this stream.</summary>
    Last = 1,

    /// <summary>Engine to gateway: the answer's headers; its status is 200. The stream's first frame.</summary>
    Head = 3,

    /// <summary>Gateway to engine: so many bytes (4, little-endian) were taken by the client.</summary>
    Credit = 2,
}

/// <summary>
/// The chunk link between a gateway and an engine: one connection that carries the bodies of all streamed answers, so that
/// chunks of many streams that fall due together cost one system call. Requests and errors go over HTTP/2 as ever, where the
/// response to such a request comes when all is over; it names its place on the link in <see cref="InternalHeaders.Link"/>. A frame is 8 bytes (stream number, 4 bytes; kind, 1 byte;
/// length of what follows, 3 bytes; all little-endian) and its payload.
/// </summary>
public static class ChunkFrames
{
    /// <summary>Where an engine offers the link, on its HTTP/1.1 endpoint.</summary>
    public const string Route = "/internal/chunks";

    /// <summary>Its name in the <c>Upgrade</c> header.</summary>
    public const string Protocol = "fakeai-chunks";

    /// <summary>Bytes before a payload.</summary>
    public const int HeaderBytes = 8;

    /// <summary>Most bytes of a payload.</summary>
    public const int MaxPayload = 1024 * 1024;

    /// <summary>How many bytes of one stream an engine sends before the client has taken any of them.</summary>
    public const int WindowBytes = 256 * 1024;

    private const int LengthBytes = 2;

    /// <summary>Writes what stands before a payload.</summary>
    public static void WriteHeader(Span<byte> to, uint stream, ChunkKind kind, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, stream);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], (uint)kind | ((uint)length << 8));
    }

    /// <summary>Reads what <see cref="WriteHeader"/> wrote.</summary>
    public static (uint Stream, ChunkKind Kind, int Length) ReadHeader(ReadOnlySpan<byte> from)
    {
        var second = BinaryPrimitives.ReadUInt32LittleEndian(from[4..]);
        return (BinaryPrimitives.ReadUInt32LittleEndian(from), (ChunkKind)(second & 0xff), (int)(second >> 8));
    }

    /// <summary>Writes a <see cref="ChunkKind.Head"/>, or the trailers that a <see cref="ChunkKind.Last"/> begins with; names and values have no line breaks.</summary>
    public static void WriteFields(IBufferWriter<byte> to, IEnumerable<KeyValuePair<string, string>> fields)
    {
        ArgumentNullException.ThrowIfNull(to);
        var text = Encoding.UTF8.GetBytes(string.Join('\n', fields.Select(t => $"{t.Key}:{t.Value}")));
        BinaryPrimitives.WriteUInt16LittleEndian(to.GetSpan(LengthBytes), checked((ushort)text.Length));
        to.Advance(LengthBytes);
        to.Write(text);
    }

    /// <summary>Reads what <see cref="WriteFields"/> wrote, and how many bytes that was.</summary>
    /// <exception cref="InvalidDataException">It is cut short.</exception>
    public static (IReadOnlyDictionary<string, string> Fields, int Bytes) ReadFields(ReadOnlySpan<byte> from)
    {
        if (from.Length < LengthBytes || BinaryPrimitives.ReadUInt16LittleEndian(from) is var length && from.Length < LengthBytes + length)
        {
            throw new InvalidDataException("The fields of a chunk link's frame are cut short.");
        }

        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Encoding.UTF8.GetString(from.Slice(LengthBytes, length)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields[line[..Math.Max(0, colon)]] = line[(colon + 1)..];
        }

        return (fields, LengthBytes + length);
    }
}
