using System.Buffers;
using System.Buffers.Binary;

namespace FakeAi.Engine.Media.Images;

/// <summary>
/// A zlib stream (RFC 1950) of one deflate block with the fixed codes (RFC 1951, 3.2.6), whose only matches repeat the byte
/// before. Ours, because the runtime's compressor may give other bytes in its next version; for drawings, whose filtered
/// rows are almost all zeros, it is also nearly as small.
/// </summary>
internal sealed class RunDeflate
{
    private const int LongestMatch = 258;
    private const int ShortestMatch = 3;
    private const uint AdlerModulus = 65_521;

    /// <summary>The first length of each length code from 257 on.</summary>
    private static readonly int[] s_lengths =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private readonly ArrayBufferWriter<byte> _output = new(32 * 1024);
    private ulong _bits;
    private int _bitCount;
    private uint _low = 1;
    private uint _high;
    private int _last = -1;
    private int _run;

    public RunDeflate()
    {
        // Deflate with a window of 32 KB, fastest level; then the only block, with fixed codes.
        _output.Write((ReadOnlySpan<byte>)[0x78, 0x01]);
        Bits(1, 1);
        Bits(1, 2);
    }

    /// <summary>Adds bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            _low = (_low + value) % AdlerModulus;
            _high = (_high + _low) % AdlerModulus;
            if (value == _last && _run < LongestMatch)
            {
                _run++;
                continue;
            }

            EndRun();
            if (value == _last)
            {
                _run = 1;
                continue;
            }

            Literal(value);
            _last = value;
        }
    }

    /// <summary>Ends the stream.</summary>
    /// <returns>All of it.</returns>
    public ReadOnlySpan<byte> Finish()
    {
        EndRun();
        Code(0, 7);
        while (_bitCount > 0)
        {
            _output.GetSpan(1)[0] = (byte)_bits;
            _output.Advance(1);
            _bits >>= 8;
            _bitCount -= 8;
        }

        BinaryPrimitives.WriteUInt32BigEndian(_output.GetSpan(4), (_high << 16) | _low);
        _output.Advance(4);
        return _output.WrittenSpan;
    }

    private void EndRun()
    {
        if (_run >= ShortestMatch)
        {
            Match(_run);
        }
        else
        {
            for (var i = 0; i < _run; i++)
            {
                Literal((byte)_last);
            }
        }

        _run = 0;
    }

    private void Literal(byte value)
    {
        if (value < 144)
        {
            Code((uint)value + 0x30, 8);
        }
        else
        {
            Code((uint)value - 144 + 0x190, 9);
        }
    }

    private void Match(int length)
    {
        var index = Array.BinarySearch(s_lengths, length);
        index = index < 0 ? ~index - 1 : index;
        if (index < 23)
        {
            Code((uint)index + 1, 7);
        }
        else
        {
            Code((uint)index - 23 + 0xC0, 8);
        }

        // Lengths beyond 10 have extra bits, one more for each four codes; the longest has none.
        var extra = index is < 8 or 28 ? 0 : (index - 4) / 4;
        Bits((uint)(length - s_lengths[index]), extra);

        // Distance 1: the fixed distance codes have five bits and no extra ones here.
        Bits(0, 5);
    }

    /// <summary>A Huffman code: its highest bit first.</summary>
    private void Code(uint code, int length)
    {
        uint reversed = 0;
        for (var i = 0; i < length; i++)
        {
            reversed = (reversed << 1) | ((code >> i) & 1);
        }

        Bits(reversed, length);
    }

    private void Bits(uint value, int count)
    {
        _bits |= (ulong)value << _bitCount;
        _bitCount += count;
        while (_bitCount >= 8)
        {
            _output.GetSpan(1)[0] = (byte)_bits;
            _output.Advance(1);
            _bits >>= 8;
            _bitCount -= 8;
        }
    }
}
