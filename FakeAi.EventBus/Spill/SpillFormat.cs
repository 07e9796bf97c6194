using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Spill;

/// <summary>Where a batch lies in a spill file.</summary>
/// <param name="Shard">Its shard.</param>
/// <param name="Number">Its number.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Offset">First byte of its record.</param>
/// <param name="BodyLength">Bytes after the record's header.</param>
/// <param name="BodyCrc">CRC-32C of these.</param>
internal readonly record struct SpilledBatch(int Shard, long Number, int Events, long Offset, int BodyLength, uint BodyCrc)
{
    /// <summary>First byte after the record.</summary>
    public long End => Offset + SpillFormat.RecordHeader + BodyLength;
}

/// <summary>
/// The bytes of a spill file, little-endian. Header, 48 bytes: magic <c>FAKESPIL</c>, version (u32), producer (32 ASCII hex
/// digits), CRC-32C of these 44. Then records; each a header of 28 bytes: length of the body (u32), shard (u32), number (u64),
/// events (u32), CRC-32C of the body (u32), CRC-32C of these 24; and the body: for each event its length (u32) and its JSON.
/// The header's own CRC tells a damaged length from a file that ends early.
/// </summary>
internal static class SpillFormat
{
    public const int FileHeader = 48;
    public const int RecordHeader = 28;
    public const int MaxBody = 1 << 30;
    public const uint Version = 1;

    private const int ProducerLength = 32;

    private static ReadOnlySpan<byte> Magic => "FAKESPIL"u8;

    public static void WriteFileHeader(Span<byte> target, string producer)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        if (Encoding.ASCII.GetBytes(producer, target[12..44]) != ProducerLength)
        {
            throw new ArgumentException($"A producer has {ProducerLength} characters.", nameof(producer));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(target[44..], Crc(target[..44]));
    }

    /// <summary>The producer, or null when the header is damaged.</summary>
    /// <param name="source">The file's first <see cref="FileHeader"/> bytes.</param>
    /// <param name="version">The file's version; other versions than <see cref="Version"/> are not to be read further.</param>
    public static string? ReadFileHeader(ReadOnlySpan<byte> source, out uint version)
    {
        version = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        return source[..8].SequenceEqual(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(source[44..]) == Crc(source[..44])
            ? Encoding.ASCII.GetString(source[12..44])
            : null;
    }

    /// <summary>The length of the record's body.</summary>
    public static long BodyLength(IReadOnlyList<byte[]> events)
    {
        var length = 0L;
        for (var i = 0; i < events.Count; i++)
        {
            length += 4 + events[i].Length;
        }

        return length;
    }

    /// <summary>Writes a record into a buffer that has room for its header and body.</summary>
    public static SpilledBatch WriteRecord(Span<byte> target, int shard, long number, IReadOnlyList<byte[]> events, long offset)
    {
        var at = RecordHeader;
        for (var i = 0; i < events.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target[at..], events[i].Length);
            events[i].CopyTo(target[(at + 4)..]);
            at += 4 + events[i].Length;
        }

        var record = new SpilledBatch(shard, number, events.Count, offset, at - RecordHeader, Crc(target[RecordHeader..at]));
        BinaryPrimitives.WriteInt32LittleEndian(target, record.BodyLength);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], shard);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], number);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], record.Events);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], record.BodyCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], Crc(target[..24]));
        return record;
    }

    /// <summary>A record's header, or null when it is damaged.</summary>
    public static SpilledBatch? ReadRecordHeader(ReadOnlySpan<byte> source, long offset)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[24..]) != Crc(source[..24]))
        {
            return null;
        }

        var record = new SpilledBatch(
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            offset,
            BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[20..]));
        return record is { Shard: >= 0, Number: > 0, Events: >= 0, BodyLength: >= 0 and <= MaxBody } ? record : null;
    }

    /// <summary>The events of a record, or null when its body is damaged.</summary>
    public static EventBatch? ReadBody(ReadOnlySpan<byte> body, in SpilledBatch record, string producer)
    {
        if (body.Length != record.BodyLength || Crc(body) != record.BodyCrc)
        {
            return null;
        }

        var events = new List<byte[]>();
        while (body.Length >= 4)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(body);
            if (length < 0 || length > body.Length - 4)
            {
                return null;
            }

            events.Add(body.Slice(4, length).ToArray());
            body = body[(4 + length)..];
        }

        return body.IsEmpty && events.Count == record.Events ? new EventBatch(producer, record.Shard, record.Number, events) : null;
    }

    /// <summary>CRC-32C (Castagnoli) with the usual inversion before and after.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
