using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>What a message holds beside its text, while it is read.</summary>
internal sealed class Attachments
{
    /// <summary>All of it in a canonical text; null where there is none.</summary>
    public string? Canonical { get; private set; }

    /// <summary>What it counts as prompt tokens.</summary>
    public int Tokens { get; private set; }

    /// <summary>Those of them that are sound.</summary>
    public int AudioTokens { get; private set; }

    public void Add(string canonical, ITokenizer tokenizer) => Add(canonical, tokenizer.Count(canonical));

    public void Add(string canonical, int tokens, int audioTokens = 0)
    {
        Canonical = Canonical is null ? canonical : $"{Canonical}\n{canonical}";
        Tokens += tokens;
        AudioTokens += audioTokens;
    }
}
