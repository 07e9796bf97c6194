using System.Buffers;
using System.Text.Unicode;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// Byte-level byte pair encoding as OpenAI's tiktoken does it: a text is cut into pieces, the UTF-8 of each piece merged
/// into tokens. Text that looks like a special token is ordinary text; lone surrogates count as U+FFFD. Holds no state
/// but what it is given; nothing is allocated but what pooled arrays grow by.
/// </summary>
/// <typeparam name="TSplitter">The encoding's rule for pieces.</typeparam>
internal sealed class BytePairTokenizer<TSplitter>(RankTable table, TokenCountCache counts) : ITokenizer
    where TSplitter : struct, ISplitter
{
    /// <summary>
    /// Pieces of more UTF-16 units are merged in parts of this many, which bounds the memory of a merge to 22 MB. No
    /// text that people write has such a piece: it is a run without a space, or of nothing but spaces.
    /// </summary>
    public const int LongestPiece = 1 << 17;

    private const int MostOnStack = 128;
    private const int BytesPerUnit = 3;

    private readonly TokenCountCache.Space _counts = counts.NewSpace();

    public int Count(ReadOnlySpan<char> text)
    {
        if (text.Length < TokenCountCache.ShortestText)
        {
            return CountAfresh(text);
        }

        var key = TokenCountCache.KeyOf(text);
        if (!_counts.TryGet(key, out var count))
        {
            count = CountAfresh(text);
            _counts.Set(key, count);
        }

        return count;
    }

    /// <summary>Counts without the cache.</summary>
    public int CountAfresh(ReadOnlySpan<char> text)
    {
        var counter = new TokenCounter();
        Encode(text, ref counter);
        return counter.Count;
    }

    public void Tokenize(ReadOnlySpan<char> text, List<TextPiece> pieces, int enough = int.MaxValue)
    {
        var collector = new PieceCollector(pieces, enough);
        Encode(text, ref collector);
    }

    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        var collector = new IdCollector(ids);
        Encode(text, ref collector);
    }

    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)table.Count ? table.Bytes(id) : default;

    private void Encode<TSink>(ReadOnlySpan<char> text, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        Span<byte> buffer = stackalloc byte[MostOnStack * BytesPerUnit];
        var at = 0;
        while (at < text.Length && !sink.IsFull)
        {
            var end = TSplitter.EndOfPiece(text, at);
            if (end - at > MostOnStack)
            {
                EncodeLong(text, at, end, ref sink);
                at = end;
                continue;
            }

            var piece = ToUtf8(text[at..end], buffer);
            var id = table.Find(piece);
            if (id >= 0)
            {
                sink.Whole(end, id);
            }
            else
            {
                Merge(text, at, piece, ref sink);
            }

            at = end;
        }
    }

    private void EncodeLong<TSink>(ReadOnlySpan<char> text, int at, int end, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        while (at < end && !sink.IsFull)
        {
            var stop = Math.Min(end, at + LongestPiece);
            if (stop < end && char.IsHighSurrogate(text[stop - 1]) && char.IsLowSurrogate(text[stop]))
            {
                stop--;
            }

            var buffer = ArrayPool<byte>.Shared.Rent((stop - at) * BytesPerUnit);
            var piece = ToUtf8(text[at..stop], buffer);
            var id = table.Find(piece);
            if (id >= 0)
            {
                sink.Whole(stop, id);
            }
            else
            {
                Merge(text, at, piece, ref sink);
            }

            ArrayPool<byte>.Shared.Return(buffer);
            at = stop;
        }
    }

    private static ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<char> text, Span<byte> buffer)
    {
        // Unlike Encoding.UTF8 this replaces lone surrogates without making an object for it.
        Utf8.FromUtf16(text, buffer, out _, out var written);
        return buffer[..written];
    }

    private void Merge<TSink>(ReadOnlySpan<char> text, int start, ReadOnlySpan<byte> piece, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        if (piece.Length <= PairMerger.MostSearched)
        {
            Span<int> onStack = stackalloc int[2 * PairMerger.MostSearched];
            Merge(text, start, piece, onStack, ref sink);
            return;
        }

        var rented = ArrayPool<int>.Shared.Rent(2 * piece.Length);
        Merge(text, start, piece, rented, ref sink);
        ArrayPool<int>.Shared.Return(rented);
    }

    private void Merge<TSink>(ReadOnlySpan<char> text, int start, ReadOnlySpan<byte> piece, Span<int> scratch, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        var ends = scratch[..piece.Length];
        var ids = scratch.Slice(piece.Length, piece.Length);
        var count = PairMerger.Merge(table, piece, ends, ids);
        sink.Parts(text, start, ends[..count], ids[..count]);
    }
}
