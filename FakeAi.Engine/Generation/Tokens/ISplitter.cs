namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// The first step of an encoding: cuts a text into the pieces that no token reaches across. Does what the encoding's
/// regular expression in OpenAI's tiktoken does (<c>tiktoken_ext/openai_public.py</c>), in one pass without one.
/// </summary>
internal interface ISplitter
{
    /// <summary>Where the piece ends that begins at <paramref name="at"/>; always beyond it, never within a surrogate pair.</summary>
    static abstract int EndOfPiece(ReadOnlySpan<char> text, int at);
}
