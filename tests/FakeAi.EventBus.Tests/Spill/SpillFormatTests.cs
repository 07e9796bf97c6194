using System.Text;
using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace FakeAi.EventBus.Tests.Spill;

public sealed class SpillFormatTests : IDisposable
{
    private static readonly string s_producer = new('a', 32);
    private readonly string _home = Directory.CreateTempSubdirectory("fakeai-spill-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Crc_OfTheStandardsCheckString_IsCrc32C() => Assert.Equal(0xE3069283, SpillFormat.Crc("123456789"u8));

    [Fact]
    public void File_CutAtEveryByteOfItsLastRecord_KeepsTheOthersAndTellsTheRest()
    {
        var (bytes, records) = WriteFile();
        for (var length = (int)records[^1].Offset; length < bytes.Length; length++)
        {
            var (index, batches) = Read(bytes[..length]);
            Assert.Equal((s_producer, length - records[^1].Offset, 0), (index.Producer, index.TornBytes, index.UnreadableBytes));
            Assert.Equal(records[..^1].Select(Text), batches.Select(b => Text(b!)));
        }
    }

    [Fact]
    public void File_AnyByteFlipped_NeverGivesAWrongEventAndTellsTheDamage()
    {
        var (bytes, records) = WriteFile();
        var sound = records.Select(Text).ToHashSet(StringComparer.Ordinal);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            var (index, batches) = Read(damaged);
            Assert.All(batches.Where(b => b is not null), b => Assert.Contains(Text(b!), sound));
            Assert.True(index.Producer is null || index.UnreadableBytes > 0 || batches.Contains(null), $"byte {at}");
        }
    }

    private static string Text(Source source) => Text(new EventBatch(s_producer, source.Shard, source.Number, source.Events));

    private static string Text(EventBatch batch) =>
        $"{batch.Producer} {batch.Shard} {batch.Number} {string.Join('|', batch.Events.Select(Encoding.UTF8.GetString))}";

    private (byte[] Bytes, Source[] Records) WriteFile()
    {
        Source[] sources =
        [
            new(0, 7, ["{\"a\":1}"u8.ToArray(), "{\"b\":\"zwölf\"}"u8.ToArray()], 0),
            new(1, 1, [new byte[37]], 0),
            new(3, 1L << 40, ["{}"u8.ToArray(), [], "{\"c\":[1,2,3]}"u8.ToArray()], 0),
        ];
        using var file = new SpillFile(new SpillFolder(_home), s_producer, 1 << 20, NullLogger.Instance);
        var written = sources.Select(s => s with { Offset = file.TryAppend(s.Shard, s.Number, s.Events)!.Value.Offset }).ToArray();
        file.Dispose();
        return (File.ReadAllBytes(new SpillFolder(_home).PathOf(s_producer)), written);
    }

    private (SpillIndex Index, List<EventBatch?> Batches) Read(byte[] bytes)
    {
        var path = Path.Combine(_home, "copy");
        File.WriteAllBytes(path, bytes);
        using var handle = File.OpenHandle(path);
        var index = SpillReader.ReadIndex(handle);
        var buffer = new byte[bytes.Length];
        return (index, [.. index.Records.Select(r => SpillReader.TryReadBody(handle, r, index.Producer!, buffer))]);
    }

    private sealed record Source(int Shard, long Number, byte[][] Events, long Offset);
}
