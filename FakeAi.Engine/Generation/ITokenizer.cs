namespace FakeAi.Engine.Generation;

/// <summary>Splits text into tokens.</summary>
internal interface ITokenizer
{
    /// <summary>How many tokens the text has. Counts of longer texts may be remembered.</summary>
    int Count(ReadOnlySpan<char> text);

    /// <summary>
    /// Appends the text's pieces to <paramref name="pieces"/>. The pieces, put together, are the text again; none splits
    /// a surrogate pair. A character that takes several tokens is one piece.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">Where they go.</param>
    /// <param name="enough">
    /// With more tokens than this the rest of the text may be left out: the pieces are then the beginning of those of the whole
    /// text, and still have more tokens than this.
    /// </param>
    void Tokenize(ReadOnlySpan<char> text, List<TextPiece> pieces, int enough = int.MaxValue);

    /// <summary>Appends the ids of the text's tokens to <paramref name="ids"/>, <see cref="Count"/> of them.</summary>
    void Encode(ReadOnlySpan<char> text, List<int> ids);

    /// <summary>The bytes of a token, which need not be whole characters; none where the id is no ordinary token.</summary>
    ReadOnlySpan<byte> BytesOf(int id);
}

/// <summary>The smallest part of a text that can be told by itself: whole characters of one token, or of several where tokens end within a character.</summary>
/// <param name="End">Where it ends, in UTF-16 units from the text's beginning.</param>
/// <param name="Tokens">How many tokens it has; above 0.</param>
internal readonly record struct TextPiece(int End, int Tokens);
