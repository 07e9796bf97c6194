using System.Buffers;
using System.Collections;

namespace FakeAi.Engine.Generation;

/// <summary>A part's pieces in little memory: where each ends, and its tokens where not every piece is one.</summary>
internal sealed class CompactPieces : IReadOnlyList<TextPiece>
{
    private readonly CompactOffsets _ends;
    private readonly int[]? _tokens;

    public CompactPieces(IReadOnlyList<TextPiece> pieces)
    {
        var ends = ArrayPool<int>.Shared.Rent(pieces.Count);
        for (var i = 0; i < pieces.Count; i++)
        {
            ends[i] = pieces[i].End;
            if (pieces[i].Tokens != 1)
            {
                (_tokens ??= [.. pieces.Select(static p => p.Tokens)])[i] = pieces[i].Tokens;
            }
        }

        _ends = new CompactOffsets(ends.AsSpan(0, pieces.Count));
        ArrayPool<int>.Shared.Return(ends);
    }

    public int Count => _ends.Count;

    public TextPiece this[int index] => new(_ends[index], _tokens is null ? 1 : _tokens[index]);

    public IEnumerator<TextPiece> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
