namespace FakeAi.Engine.Generation.Tokens;

/// <summary>Takes the tokens of a text, a piece at a time.</summary>
internal interface ITokenSink
{
    /// <summary>Whether the rest of the text may be left out.</summary>
    bool IsFull { get; }

    /// <summary>A piece that is one token.</summary>
    /// <param name="end">Where it ends in the text, in UTF-16 units.</param>
    /// <param name="id">The token.</param>
    void Whole(int end, int id);

    /// <summary>A piece of several tokens.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where the piece begins in it.</param>
    /// <param name="ends">The tokens' ends within the piece, in bytes of its UTF-8.</param>
    /// <param name="ids">The tokens.</param>
    void Parts(ReadOnlySpan<char> text, int start, ReadOnlySpan<int> ends, ReadOnlySpan<int> ids);
}

/// <summary>Counts tokens.</summary>
internal struct TokenCounter : ITokenSink
{
    public int Count { get; private set; }

    public readonly bool IsFull => false;

    public void Whole(int end, int id) => Count++;

    public void Parts(ReadOnlySpan<char> text, int start, ReadOnlySpan<int> ends, ReadOnlySpan<int> ids) => Count += ids.Length;
}

/// <summary>Lists the tokens' ids.</summary>
internal readonly struct IdCollector(List<int> into) : ITokenSink
{
    public bool IsFull => false;

    public void Whole(int end, int id) => into.Add(id);

    public void Parts(ReadOnlySpan<char> text, int start, ReadOnlySpan<int> ends, ReadOnlySpan<int> ids) => into.AddRange(ids);
}

/// <summary>Lists pieces that end between characters: a token that ends within a character joins those that complete it.</summary>
/// <param name="into">Where they go.</param>
/// <param name="enough">With more tokens than this it is full.</param>
internal struct PieceCollector(List<TextPiece> into, int enough) : ITokenSink
{
    private int _count;

    public readonly bool IsFull => _count > enough;

    public void Whole(int end, int id)
    {
        _count++;
        into.Add(new TextPiece(end, 1));
    }

    public void Parts(ReadOnlySpan<char> text, int start, ReadOnlySpan<int> ends, ReadOnlySpan<int> ids)
    {
        _count += ids.Length;
        var (at, bytes, tokens) = (start, 0, 0);
        foreach (var end in ends)
        {
            tokens++;
            while (bytes < end)
            {
                at += Utf8Length(text, at, out var length);
                bytes += length;
            }

            if (bytes == end)
            {
                into.Add(new TextPiece(at, tokens));
                tokens = 0;
            }
        }
    }

    /// <summary>How many UTF-16 units the character has, and how many bytes. A lone surrogate is encoded as U+FFFD: three.</summary>
    private static int Utf8Length(ReadOnlySpan<char> text, int at, out int bytes)
    {
        var c = text[at];
        if (char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            bytes = 4;
            return 2;
        }

        bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        return 1;
    }
}
