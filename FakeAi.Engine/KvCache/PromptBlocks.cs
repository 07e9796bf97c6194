namespace FakeAi.Engine.KvCache;

/// <summary>A prompt as the KV cache sees it: the hashes of its whole blocks, each standing for everything up to its end.</summary>
/// <param name="Hashes">One for each whole block, in order.</param>
/// <param name="BlockTokens">Tokens of a block.</param>
/// <param name="MostHits">How many blocks may be found at most: the prompt's last token is always computed, as vLLM does.</param>
/// <param name="HashSteps">How many single hash steps it took; grows with the prompt's length and nothing else.</param>
internal sealed record PromptBlocks(ReadOnlyMemory<ulong> Hashes, int BlockTokens, int MostHits, long HashSteps)
{
    /// <summary>A prompt without a block: nothing to find, nothing to keep.</summary>
    public static PromptBlocks None { get; } = new(ReadOnlyMemory<ulong>.Empty, 1, 0, 0);
}
