namespace FakeAi.Engine.Generation;

/// <summary>Splits text into tokens. The tokens, put together, are the text again; no token splits a surrogate pair.</summary>
internal interface ITokenizer
{
    /// <summary>How many tokens the text has.</summary>
    int Count(ReadOnlySpan<char> text);

    /// <summary>Appends the end of each token, as an offset in UTF-16 units, to <paramref name="ends"/>.</summary>
    void Tokenize(ReadOnlySpan<char> text, List<int> ends);
}
