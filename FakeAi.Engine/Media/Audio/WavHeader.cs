using System.Buffers.Binary;

namespace FakeAi.Engine.Media.Audio;

/// <summary>The 44 bytes before the samples in a WAV file (RIFF, format 1, PCM).</summary>
internal static class WavHeader
{
    public const int Length = 44;

    /// <summary>What stands for a length that is not known yet, as in OpenAI's streams.</summary>
    private const uint Unknown = 0xFFFF_FFFF;

    /// <summary>Bytes of sound a second, as a file says whose header is of the plain form; 0 for any other.</summary>
    public static int BytesPerSecond(ReadOnlySpan<byte> header) =>
        header.Length >= Length && header.StartsWith("RIFF"u8) && header[8..].StartsWith("WAVEfmt "u8)
            ? Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(header[28..]))
            : 0;

    /// <summary>Writes the header.</summary>
    /// <param name="header">Where to; at least <see cref="Length"/> bytes.</param>
    /// <param name="dataBytes">Bytes of the samples that follow; null when they are streamed and nobody knows.</param>
    public static void Write(Span<byte> header, int? dataBytes)
    {
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], dataBytes is { } bytes ? (uint)bytes + Length - 8 : Unknown);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Pcm.SampleRate);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Pcm.SampleRate * Pcm.BytesPerSample);
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], Pcm.BytesPerSample);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 8 * Pcm.BytesPerSample);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], dataBytes is { } length ? (uint)length : Unknown);
    }
}
