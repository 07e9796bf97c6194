using System.Buffers.Binary;

namespace FakeAi.Engine.Tests.Media;

/// <summary>Reads WAV files of 16-bit mono PCM.</summary>
internal sealed record WavReader(int SampleRate, bool SizeKnown, short[] Samples)
{
    public static WavReader Read(ReadOnlySpan<byte> file)
    {
        Assert.True(file.StartsWith("RIFF"u8) && file[8..].StartsWith("WAVEfmt "u8));
        Assert.Equal(16u, BinaryPrimitives.ReadUInt32LittleEndian(file[16..]));
        Assert.Equal(1, BinaryPrimitives.ReadInt16LittleEndian(file[20..]));
        Assert.Equal(1, BinaryPrimitives.ReadInt16LittleEndian(file[22..]));
        var rate = BinaryPrimitives.ReadInt32LittleEndian(file[24..]);
        Assert.Equal(rate * 2, BinaryPrimitives.ReadInt32LittleEndian(file[28..]));
        Assert.Equal(2, BinaryPrimitives.ReadInt16LittleEndian(file[32..]));
        Assert.Equal(16, BinaryPrimitives.ReadInt16LittleEndian(file[34..]));
        Assert.True(file[36..].StartsWith("data"u8));
        var size = BinaryPrimitives.ReadUInt32LittleEndian(file[40..]);
        var known = size != uint.MaxValue;
        if (known)
        {
            Assert.Equal((uint)file.Length - 44, size);
            Assert.Equal((uint)file.Length - 8, BinaryPrimitives.ReadUInt32LittleEndian(file[4..]));
        }

        return new WavReader(rate, known, Samples16(file[44..]));
    }

    public static short[] Samples16(ReadOnlySpan<byte> bytes)
    {
        var samples = new short[bytes.Length / 2];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]);
        }

        return samples;
    }
}
