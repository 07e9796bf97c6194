using System.Buffers.Binary;

namespace FakeAi.Engine.Media.Images;

/// <summary>Writes a canvas as PNG (ISO/IEC 15948): true colour, with an alpha channel where asked for. The same bytes everywhere.</summary>
internal static class PngWriter
{
    private const byte Sub = 1;
    private const byte Up = 2;

    private static readonly uint[] s_crc = CrcTable();

    /// <summary>The file.</summary>
    /// <param name="canvas">The picture.</param>
    /// <param name="alpha">Whether to write the colours' opacity; without it they are opaque.</param>
    public static byte[] Write(Canvas canvas, bool alpha)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        using var file = new MemoryStream(64 * 1024);
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, canvas.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], canvas.Height);
        header[8] = 8;
        header[9] = (byte)(alpha ? 6 : 2);
        header[10..].Clear();
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Pixels(canvas, alpha ? 4 : 3));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static ReadOnlySpan<byte> Pixels(Canvas canvas, int channels)
    {
        var deflate = new RunDeflate();
        var filtered = new byte[1 + (canvas.Width * channels)];
        Span<byte> colour = stackalloc byte[4];
        Span<byte> before = stackalloc byte[4];
        for (var y = 0; y < canvas.Height; y++)
        {
            var row = canvas.Row(y);
            if (y > 0 && row.SequenceEqual(canvas.Row(y - 1)))
            {
                filtered.AsSpan().Clear();
                filtered[0] = Up;
                deflate.Write(filtered);
                continue;
            }

            filtered[0] = Sub;
            before.Clear();
            for (var x = 0; x < row.Length; x++)
            {
                var at = filtered.AsSpan(1 + (x * channels), channels);
                if (x > 0 && row[x] == row[x - 1])
                {
                    at.Clear();
                    continue;
                }

                var (r, g, b, a) = canvas.Colours[row[x]];
                (colour[0], colour[1], colour[2], colour[3]) = (r, g, b, a);
                for (var i = 0; i < channels; i++)
                {
                    at[i] = (byte)(colour[i] - before[i]);
                }

                colour.CopyTo(before);
            }

            deflate.Write(filtered);
        }

        return deflate.Finish();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(0xFFFF_FFFF, type), data));
        file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc = s_crc[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[] CrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : 0xEDB8_8320 ^ (value >> 1);
            }

            table[i] = value;
        }

        return table;
    }
}
