namespace FakeAi.Engine.Generation;

/// <summary>Splits text into tokens.</summary>
internal interface ITokenizer
{
    /// <summary>How many tokens the text has.</summary>
    int Count(ReadOnlySpan<char> text);

    /// <summary>
    /// Appends the text's pieces to <paramref name="pieces"/>. The pieces, put together, are the text again; none splits
    /// a surrogate pair. A character that takes several tokens is one piece.
    /// </summary>
    void Tokenize(ReadOnlySpan<char> text, List<TextPiece> pieces);
}

/// <summary>The smallest part of a text that can be told by itself: one token, or one character of several tokens.</summary>
/// <param name="End">Where it ends, in UTF-16 units from the text's beginning.</param>
/// <param name="Tokens">How many tokens it has; above 0.</param>
internal readonly record struct TextPiece(int End, int Tokens);
