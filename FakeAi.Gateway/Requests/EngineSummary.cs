namespace FakeAi.Gateway.Requests;

/// <summary>What the engine tells of an answer after its last byte.</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens generated.</param>
/// <param name="FinishReason">The dialect's own word, or null.</param>
/// <param name="TtftUs">First content chunk after receipt, microseconds; null where the engine told none.</param>
/// <param name="E2eUs">Last content chunk after receipt, microseconds; null where the engine told none.</param>
internal readonly record struct EngineSummary(int InputTokens, int OutputTokens, string? FinishReason, long? TtftUs, long? E2eUs)
{
    /// <summary>How it ended, if not whole: <c>cancelled</c>, <c>failed</c> or <c>timed_out</c>.</summary>
    public string? Outcome { get; init; }

    /// <summary>Whether the client's connection must be broken off, because the body cannot tell that something is missing.</summary>
    public bool Broken { get; init; }
}
