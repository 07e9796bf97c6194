using System.Buffers;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// The second step of an encoding: the bytes of a piece are joined, always the pair that makes the token of the lowest
/// rank and of such pairs the leftmost, until no pair makes a token.
/// </summary>
internal static class PairMerger
{
    /// <summary>Up to this many bytes the lowest pair is searched from the left; beyond, a heap keeps it at hand.</summary>
    public const int MostSearched = 128;

    private const int None = int.MaxValue;

    /// <summary>Merges a piece.</summary>
    /// <param name="table">The tokens.</param>
    /// <param name="piece">The piece; not empty.</param>
    /// <param name="ends">Takes the tokens' ends within the piece, in bytes; as long as the piece.</param>
    /// <param name="ids">Takes the tokens; as long as the piece.</param>
    /// <returns>How many tokens there are.</returns>
    public static int Merge(RankTable table, ReadOnlySpan<byte> piece, Span<int> ends, Span<int> ids) =>
        piece.Length <= MostSearched ? Search(table, piece, ends, ids) : MergeLong(table, piece, ends, ids);

    private static int Search(RankTable table, ReadOnlySpan<byte> piece, Span<int> ends, Span<int> ids)
    {
        // ranks[i]: of the token that part i makes with the next one.
        Span<int> ranks = stackalloc int[MostSearched];
        var parts = piece.Length;
        for (var i = 0; i < parts; i++)
        {
            ids[i] = table.OfByte(piece[i]);
            ends[i] = i + 1;
            ranks[i] = i + 1 < parts ? RankOfPair(table, piece, i) : None;
        }

        while (parts > 1)
        {
            var lowest = None;
            var at = 0;
            for (var i = 0; i < parts - 1; i++)
            {
                if (ranks[i] < lowest)
                {
                    lowest = ranks[i];
                    at = i;
                }
            }

            if (lowest == None)
            {
                break;
            }

            ids[at] = lowest;
            ends[(at + 1)..parts].CopyTo(ends[at..]);
            ids[(at + 2)..parts].CopyTo(ids[(at + 1)..]);
            ranks[(at + 2)..parts].CopyTo(ranks[(at + 1)..]);
            parts--;
            var start = at == 0 ? 0 : ends[at - 1];
            ranks[at] = at + 1 < parts ? RankOf(table, piece[start..ends[at + 1]]) : None;
            if (at > 0)
            {
                ranks[at - 1] = RankOf(table, piece[(at == 1 ? 0 : ends[at - 2])..ends[at]]);
            }
        }

        return parts;
    }

    private static int MergeLong(RankTable table, ReadOnlySpan<byte> piece, Span<int> ends, Span<int> ids)
    {
        var parts = ArrayPool<Part>.Shared.Rent(piece.Length);
        var heap = ArrayPool<ulong>.Shared.Rent(2 * piece.Length);
        try
        {
            Link(table, piece, parts, new PairHeap(heap));
            var count = 0;
            for (var at = 0; at < piece.Length; at = parts[at].Next)
            {
                ends[count] = parts[at].Next;
                ids[count++] = parts[at].Id;
            }

            return count;
        }
        finally
        {
            ArrayPool<Part>.Shared.Return(parts);
            ArrayPool<ulong>.Shared.Return(heap);
        }
    }

    /// <summary>Merges in a linked list of parts; a part is named by where it begins. n log n for n bytes.</summary>
    private static void Link(RankTable table, ReadOnlySpan<byte> piece, Part[] parts, PairHeap heap)
    {
        var end = piece.Length;
        for (var i = 0; i < end; i++)
        {
            var rank = i + 1 < end ? RankOfPair(table, piece, i) : None;
            parts[i] = new Part(i - 1, i + 1, table.OfByte(piece[i]), rank);
            if (rank != None)
            {
                heap.Push(rank, i);
            }
        }

        while (heap.TryPop(out var lowest, out var at))
        {
            ref var part = ref parts[at];
            if (part.Rank != lowest)
            {
                // One of the two has been merged with another since.
                continue;
            }

            ref var gone = ref parts[part.Next];
            gone.Rank = None;
            part.Id = lowest;
            part.Next = gone.Next;
            if (part.Next < end)
            {
                parts[part.Next].Previous = at;
            }

            Rerank(table, piece, parts, at, ref heap);
            if (part.Previous >= 0)
            {
                Rerank(table, piece, parts, part.Previous, ref heap);
            }
        }
    }

    private static void Rerank(RankTable table, ReadOnlySpan<byte> piece, Part[] parts, int at, ref PairHeap heap)
    {
        ref var part = ref parts[at];
        part.Rank = part.Next < piece.Length ? RankOf(table, piece[at..parts[part.Next].Next]) : None;
        if (part.Rank != None)
        {
            heap.Push(part.Rank, at);
        }
    }

    private static int RankOf(RankTable table, ReadOnlySpan<byte> token) => table.Find(token) is var rank and >= 0 ? rank : None;

    private static int RankOfPair(RankTable table, ReadOnlySpan<byte> piece, int at) =>
        table.OfPair(piece[at], piece[at + 1]) is var rank and >= 0 ? rank : None;

    /// <param name="Previous">The part before; −1 for the first.</param>
    /// <param name="Next">The part behind, where this one ends.</param>
    /// <param name="Id">Its token.</param>
    /// <param name="Rank">Of the token that it makes with the part behind.</param>
    private record struct Part(int Previous, int Next, int Id, int Rank);
}
