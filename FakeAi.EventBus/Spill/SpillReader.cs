using FakeAi.EventBus.Streams;
using Microsoft.Win32.SafeHandles;

namespace FakeAi.EventBus.Spill;

/// <summary>What a spill file holds, found by walking from record to record.</summary>
/// <param name="Producer">Whose it is; null when the file's header is damaged.</param>
/// <param name="Version">The version of its format.</param>
/// <param name="Records">Records whose headers are sound, by shard and number.</param>
/// <param name="TornBytes">Bytes of a last record that was not written to its end.</param>
/// <param name="UnreadableBytes">Bytes from the first damaged record header on.</param>
internal sealed record SpillIndex(
    string? Producer, uint Version, IReadOnlyList<SpilledBatch> Records, long TornBytes, long UnreadableBytes);

/// <summary>Reads spill files.</summary>
internal static class SpillReader
{
    public static SpillIndex ReadIndex(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> header = stackalloc byte[SpillFormat.FileHeader];
        if (Fill(file, header, 0) < header.Length)
        {
            return new SpillIndex(null, SpillFormat.Version, [], length, 0);
        }

        var producer = SpillFormat.ReadFileHeader(header, out var version);
        if (producer is null || version != SpillFormat.Version)
        {
            return new SpillIndex(producer, version, [], 0, length);
        }

        var records = new List<SpilledBatch>();
        var at = (long)SpillFormat.FileHeader;
        var (torn, unreadable) = (0L, 0L);
        while (at < length)
        {
            var part = header[..SpillFormat.RecordHeader];
            if (Fill(file, part, at) < part.Length)
            {
                torn = length - at;
                break;
            }

            if (SpillFormat.ReadRecordHeader(part, at) is not { } record)
            {
                unreadable = length - at;
                break;
            }

            if (record.End > length)
            {
                torn = length - at;
                break;
            }

            records.Add(record);
            at = record.End;
        }

        // A stopping process writes what was still in memory behind what it had spilled before.
        records.Sort(static (a, b) => a.Shard != b.Shard ? a.Shard.CompareTo(b.Shard) : a.Number.CompareTo(b.Number));
        return new SpillIndex(producer, version, records, torn, unreadable);
    }

    /// <summary>A record's batch, or null when its body is damaged.</summary>
    /// <param name="file">The file.</param>
    /// <param name="record">The record.</param>
    /// <param name="producer">The file's producer.</param>
    /// <param name="buffer">At least as long as the body.</param>
    public static EventBatch? TryReadBody(SafeFileHandle file, in SpilledBatch record, string producer, byte[] buffer)
    {
        var body = buffer.AsSpan(0, record.BodyLength);
        return Fill(file, body, record.Offset + SpillFormat.RecordHeader) == body.Length
            ? SpillFormat.ReadBody(body, record, producer)
            : null;
    }

    private static int Fill(SafeFileHandle file, Span<byte> target, long offset)
    {
        var filled = 0;
        while (filled < target.Length && RandomAccess.Read(file, target[filled..], offset + filled) is > 0 and var read)
        {
            filled += read;
        }

        return filled;
    }
}
