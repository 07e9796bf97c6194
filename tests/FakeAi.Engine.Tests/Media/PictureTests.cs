using System.IO.Compression;
using System.Security.Cryptography;
using FakeAi.Engine.Media.Images;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.Media;

public sealed class PictureTests
{
    private const string Prompt = "A lighthouse by the sea, 1897: Größe, façade & ¿señor? Ünïcödé «ok» 日本";

    [Fact]
    public void Deflate_RunsOfEveryLengthAndByte_AreInflatedAgain()
    {
        var random = new SeededRandom(9);
        using var plain = new MemoryStream();
        for (var length = 1; length < 800; length++)
        {
            plain.Write(Enumerable.Repeat((byte)random.Next(256), length).ToArray());
        }

        for (var i = 0; i < 5000; i++)
        {
            plain.WriteByte((byte)random.Next(3 + (i % 254)));
        }

        var deflate = new RunDeflate();
        foreach (var part in plain.ToArray().Chunk(1013))
        {
            deflate.Write(part);
        }

        using var inflated = new MemoryStream();
        using var zlib = new ZLibStream(new MemoryStream(deflate.Finish().ToArray()), CompressionMode.Decompress);
        zlib.CopyTo(inflated);
        Assert.Equal(plain.ToArray(), inflated.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Png_EveryPixel_IsReadBack(bool alpha)
    {
        var canvas = Painter.Paint(Prompt, 320, 200, alpha, 11);
        var png = PngReader.Read(PngWriter.Write(canvas, alpha));
        Assert.Equal((320, 200, alpha), (png.Width, png.Height, png.HasAlpha));
        for (var y = 0; y < 200; y++)
        {
            for (var x = 0; x < 320; x++)
            {
                Assert.Equal(canvas.Colours[canvas.Row(y)[x]], png.At(x, y));
            }
        }
    }

    [Fact]
    public void Paint_TransparentBackground_IsTransparentAroundThePanel()
    {
        var png = PngReader.Read(PngWriter.Write(Painter.Paint(Prompt, 256, 256, transparent: true, 3), alpha: true));
        Assert.Contains(Enumerable.Range(0, 256), x => png.At(x, 0).A == 0);
        Assert.Contains(Enumerable.Range(0, 256), x => png.At(x, 200).A == 255);
        Assert.Equal(0, png.At(2, 254).A);
    }

    [Fact]
    public void Paint_FixedSeed_GivesTheBytesOfEveryMachineAndStaysSmall()
    {
        var png = PngWriter.Write(Painter.Paint(Prompt, 1024, 1024, transparent: false, 42), alpha: false);
        Assert.InRange(png.Length, 10_000, 200_000);
        Assert.Equal("2FA64676B1CDCBA6", Convert.ToHexString(SHA256.HashData(png).AsSpan(0, 8)));
        Assert.NotEqual(png, PngWriter.Write(Painter.Paint(Prompt, 1024, 1024, transparent: false, 43), alpha: false));
        Assert.NotEqual(png, PngWriter.Write(Painter.Paint("Another prompt", 1024, 1024, transparent: false, 42), alpha: false));
    }

    [Fact]
    public void Coarse_SmallerSquares_ComeNearerToThePicture()
    {
        var fine = Painter.Paint(Prompt, 512, 512, transparent: false, 5);
        var differences = ((int[])[64, 32, 16]).Select(square => Different(fine, fine.Coarse(square))).ToArray();
        Assert.True(differences[0] > differences[1] && differences[1] > differences[2] && differences[2] > 0, string.Join(' ', differences));
    }

    [Fact]
    public void Font_EveryCharacterOfLatin1_HasAGlyphOfItsOwn()
    {
        var glyphs = Enumerable.Range(0x21, 0x5E).Concat(Enumerable.Range(0xA1, 0x5F)).Where(c => c != 0xAD).Select(c => (char)c).ToArray();
        var box = StrokeFont.Of('日').ToArray();
        Assert.All(glyphs, c => Assert.NotEqual(box, StrokeFont.Of(c).ToArray()));
        Assert.All(glyphs.GroupBy(c => string.Join(' ', StrokeFont.Of(c).ToArray())), g => Assert.Single(g));
        Assert.All(glyphs, c => Assert.All(StrokeFont.Of(c).ToArray(), s => Assert.True(
            s is { X1: >= 0 and <= 4, X2: >= 0 and <= 4, Y1: >= -2 and <= 8, Y2: >= -2 and <= 8 }, $"{c}: {s}")));
        Assert.True(StrokeFont.Of(' ').IsEmpty);
    }

    /// <summary>How far the colours of two pictures are apart in sum.</summary>
    private static long Different(Canvas a, Canvas b)
    {
        var sum = 0L;
        for (var y = 0; y < a.Height; y++)
        {
            for (var x = 0; x < a.Width; x++)
            {
                var (one, other) = (a.Colours[a.Row(y)[x]], b.Colours[b.Row(y)[x]]);
                sum += Math.Abs(one.R - other.R) + Math.Abs(one.G - other.G) + Math.Abs(one.B - other.B);
            }
        }

        return sum;
    }
}
