using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Media;

/// <summary>A content of so many steps with a token each.</summary>
internal sealed class PacedTokens(int tokens) : IPacedContent
{
    public int Steps => tokens;

    public int OutputTokens => tokens;

    public int TokensIn(int step) => 1;
}

/// <summary>A content of one step that counts no tokens.</summary>
internal sealed class UncountedStep : IPacedContent
{
    public int Steps => 1;

    public int OutputTokens => 0;

    public int TokensIn(int step) => 0;
}
