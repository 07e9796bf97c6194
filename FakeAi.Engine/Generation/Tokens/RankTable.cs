using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// The tokens of one encoding: bytes → rank, which is also the token's id, and back. Immutable. The tokens' bytes lie
/// one behind the other; an open-addressed table of 32-bit slots finds them, so that 200,000 tokens take 4 MB and no object each.
/// </summary>
internal sealed class RankTable
{
    /// <summary>The longest token that a table may hold, in bytes.</summary>
    public const int LongestToken = byte.MaxValue;

    // A slot: 0, or the rank + 1 in the lower bits and a part of the hash in the upper ones, which spares most comparisons.
    private const int RankBits = 18;
    private const uint RankMask = (1u << RankBits) - 1;

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly uint[] _slots;
    private readonly int _shift;
    private readonly int _longest;
    private readonly int[] _ofByte = new int[256];
    private readonly int[] _ofPair = new int[256 * 256];

    /// <param name="table">The number of tokens (32 bits, little endian), each token's length (a byte), each token's bytes.</param>
    /// <exception cref="InvalidDataException">The table is not of that form, or has no token for one of the 256 bytes.</exception>
    public RankTable(byte[] table)
    {
        var count = table.Length < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(table);
        if (count is <= 0 or > (int)RankMask - 1 || count > table.Length - 4)
        {
            throw new InvalidDataException("Rank table: its number of tokens is wrong.");
        }

        _bytes = table;
        _starts = new int[count + 1];
        var start = 4 + count;
        for (var rank = 0; rank < count; rank++)
        {
            _starts[rank] = start;
            start += table[4 + rank];
            _longest = Math.Max(_longest, table[4 + rank]);
        }

        _starts[count] = start;
        if (start != table.Length)
        {
            throw new InvalidDataException("Rank table: the tokens' lengths are wrong.");
        }

        // At most half full.
        var bits = BitOperations.Log2((uint)count) + 2;
        _slots = new uint[1 << bits];
        _shift = 64 - bits;
        Fill();
        for (var value = 0; value < 256; value++)
        {
            _ofByte[value] = Find([(byte)value]);
            if (_ofByte[value] < 0)
            {
                throw new InvalidDataException("Rank table: a byte has no token.");
            }
        }
    }

    /// <summary>How many tokens there are; ids are 0 to this − 1.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The memory that the table takes, in bytes.</summary>
    public long Size => _bytes.Length + (4L * (_starts.Length + _slots.Length + _ofByte.Length + _ofPair.Length));

    /// <summary>The token of a single byte.</summary>
    public int OfByte(byte value) => _ofByte[value];

    /// <summary>The token of two bytes; −1 where there is none. Every merge begins with these.</summary>
    public int OfPair(byte first, byte second) => _ofPair[(first << 8) | second];

    /// <summary>A token's bytes, which need not be whole characters.</summary>
    public ReadOnlySpan<byte> Bytes(int rank) => _bytes.AsSpan(_starts[rank], _starts[rank + 1] - _starts[rank]);

    /// <summary>The rank of a token; −1 where the bytes are none.</summary>
    public int Find(ReadOnlySpan<byte> token)
    {
        if (token.IsEmpty || token.Length > _longest)
        {
            return -1;
        }

        var hash = Hash(token);
        var tag = Tag(hash);
        var mask = _slots.Length - 1;
        for (var at = (int)(hash >> _shift); ; at = (at + 1) & mask)
        {
            var slot = _slots[at];
            if (slot == 0)
            {
                return -1;
            }

            if ((slot & ~RankMask) == tag)
            {
                var rank = (int)(slot & RankMask) - 1;
                if (Bytes(rank).SequenceEqual(token))
                {
                    return rank;
                }
            }
        }
    }

    // Runs once, over 200,000 tokens: waiting for the compiler to find out that it is hot would take most of its time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill()
    {
        Array.Fill(_ofPair, -1);
        var mask = _slots.Length - 1;
        for (var rank = 0; rank < Count; rank++)
        {
            var token = Bytes(rank);
            if (token.Length == 2)
            {
                _ofPair[(token[0] << 8) | token[1]] = rank;
            }

            var hash = Hash(token);
            var at = (int)(hash >> _shift);
            while (_slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = Tag(hash) | (uint)(rank + 1);
        }
    }

    private static uint Tag(ulong hash) => (uint)hash & ~RankMask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length * 0x9E3779B97F4A7C15;
        while (bytes.Length > 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        return Mix(hash ^ Last(bytes));
    }

    /// <summary>1 to 8 bytes as a number; with the length, which is hashed too, different for different bytes.</summary>
    private static ulong Last(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) << 32),
        _ => bytes[0] | ((ulong)bytes[bytes.Length >> 1] << 8) | ((ulong)bytes[^1] << 16),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value *= 0xFF51AFD7ED558CCD;
        value ^= value >> 32;
        value *= 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 29);
    }
}
