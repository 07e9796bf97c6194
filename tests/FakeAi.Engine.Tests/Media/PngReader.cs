using System.Buffers.Binary;
using System.IO.Compression;
using FakeAi.Engine.Media.Images;

namespace FakeAi.Engine.Tests.Media;

/// <summary>Reads true-colour PNG files of 8 bits, checking their checksums.</summary>
internal sealed record PngReader(int Width, int Height, bool HasAlpha, byte[] Pixels)
{
    public static PngReader Read(ReadOnlySpan<byte> file)
    {
        Assert.True(file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]));
        var at = 8;
        byte[]? header = null;
        using var data = new MemoryStream();
        while (at < file.Length)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            var type = file.Slice(at + 4, 4);
            var content = file.Slice(at + 8, length);
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + length)..]), Crc(file.Slice(at + 4, 4 + length)));
            if (type.SequenceEqual("IHDR"u8))
            {
                header = content.ToArray();
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                data.Write(content);
            }

            at += 12 + length;
        }

        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        Assert.Equal(8, header![8]);
        var channels = header[9] == 6 ? 4 : 3;
        data.Position = 0;
        using var inflated = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionMode.Decompress))
        {
            zlib.CopyTo(inflated);
        }

        return new PngReader(width, height, channels == 4, Unfilter(inflated.ToArray(), width * channels, height, channels));
    }

    public Rgba At(int x, int y)
    {
        var channels = HasAlpha ? 4 : 3;
        var p = Pixels.AsSpan(((y * Width) + x) * channels);
        return new Rgba(p[0], p[1], p[2], HasAlpha ? p[3] : (byte)255);
    }

    private static byte[] Unfilter(byte[] data, int stride, int height, int channels)
    {
        Assert.Equal((stride + 1) * height, data.Length);
        var pixels = new byte[stride * height];
        for (var y = 0; y < height; y++)
        {
            var filter = data[y * (stride + 1)];
            Assert.True(filter is 0 or 1 or 2);
            for (var i = 0; i < stride; i++)
            {
                var before = filter == 1 && i >= channels ? pixels[(y * stride) + i - channels]
                    : filter == 2 && y > 0 ? pixels[((y - 1) * stride) + i] : 0;
                pixels[(y * stride) + i] = (byte)(data[(y * (stride + 1)) + 1 + i] + before);
            }
        }

        return pixels;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB8_8320 ^ (crc >> 1);
            }
        }

        return ~crc;
    }
}
