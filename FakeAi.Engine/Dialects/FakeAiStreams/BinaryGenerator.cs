using System.Runtime.CompilerServices;
using System.Text.Json;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Generators;

namespace FakeAi.Engine.Dialects.FakeAiStreams;

/// <summary>
/// <c>binary</c>: <c>bytes</c> seeded bytes (1 to 1 GB, 65,536 unless given) in chunks of <c>chunk_bytes</c> (1 to 1 MB, 4,096
/// unless given), each of which takes a token's time.
/// </summary>
internal sealed class BinaryGenerator : IStreamGenerator
{
    private const ulong Purpose = 0xB17E5;

    public string Name => "binary";

    public StreamType Type => StreamType.Binary;

    public async IAsyncEnumerable<StreamChunk> GenerateAsync(
        StreamContext context, JsonElement request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = StreamFields.Integer(context, request, "bytes", 65_536, 1, 1 << 30);
        var size = StreamFields.Integer(context, request, "chunk_bytes", 4_096, 1, 1 << 20);
        var random = new SeededRandom(SeedHash.Derive(context.Seed, Purpose));
        for (; left > 0; left -= size)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = new byte[Math.Min(size, left)];
            Fill(bytes, random);
            yield return StreamChunk.Binary(bytes, 1);
        }

        await Task.CompletedTask;
    }

    /// <summary>Byte order is fixed, so that a seed gives the same bytes on every machine.</summary>
    private static void Fill(Span<byte> bytes, SeededRandom random)
    {
        Span<byte> word = stackalloc byte[8];
        while (!bytes.IsEmpty)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(word, random.NextUInt64());
            var length = Math.Min(bytes.Length, word.Length);
            word[..length].CopyTo(bytes);
            bytes = bytes[length..];
        }
    }
}
