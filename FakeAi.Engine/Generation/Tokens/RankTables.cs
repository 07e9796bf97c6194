using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// The rank tables that come with FakeAi, made by <c>eng/token-ranks.mjs</c>. Each is loaded when it is first needed
/// and shared from then on.
/// </summary>
internal static class RankTables
{
    private static readonly Lazy<RankTable> s_cl100k = new(static () =>
        Load("cl100k_base", "79045c4dbf49c4e3b90893afbcbfd80cf94cf2b99256bd84b19ffcace49d9bd2"));

    private static readonly Lazy<RankTable> s_o200k = new(static () =>
        Load("o200k_base", "ba55b38e477b631966c2496061ecd7d10108501c7c47358222d9dc27c22f9422"));

    public static RankTable Cl100k => s_cl100k.Value;

    public static RankTable O200k => s_o200k.Value;

    /// <summary>Reads and checks an embedded table.</summary>
    /// <param name="name">The encoding.</param>
    /// <param name="sha256">What the decompressed table must hash to, in hex.</param>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public static RankTable Load(string name, string sha256)
    {
        var resource = $"FakeAi.Engine.Generation.Tokens.{name}.ranks.br";
        using var compressed = typeof(RankTables).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"Resource {resource} is missing.");
        var table = Decompress(compressed);
        return Convert.ToHexStringLower(SHA256.HashData(table)) == sha256
            ? new RankTable(table)
            : throw new InvalidDataException($"The rank table {name} is damaged: its SHA-256 is not the expected one.");
    }

    private static byte[] Decompress(Stream compressed)
    {
        using var stream = new BrotliStream(compressed, CompressionMode.Decompress);
        var head = new byte[4];
        stream.ReadExactly(head);
        var count = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (count is <= 0 or > 1 << 20)
        {
            throw new InvalidDataException("Rank table: its number of tokens is wrong.");
        }

        var lengths = new byte[count];
        stream.ReadExactly(lengths);
        var bytes = 0;
        foreach (var length in lengths)
        {
            bytes += length;
        }

        var table = new byte[4 + count + bytes];
        head.CopyTo(table, 0);
        lengths.CopyTo(table, 4);
        stream.ReadExactly(table.AsSpan(4 + count));
        return table;
    }
}
