using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.KvCache;

namespace FakeAi.Engine.Workers;

/// <summary>A request that wants a worker.</summary>
/// <param name="Blocks">Its prompt's blocks; <see cref="PromptBlocks.None"/> for one that neither uses nor fills the cache.</param>
/// <param name="Rule">What its provider counts as cached.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Profile">Its timing, to tell what hits spare.</param>
/// <param name="Priority">Who goes first.</param>
/// <param name="DeadlineUs">Until when it may wait, by the engine's clock.</param>
internal sealed record Admission(
    PromptBlocks Blocks, CacheRule Rule, int PromptTokens, LatencyProfile Profile, PriorityClass Priority, long DeadlineUs)
{
    /// <summary>Whether it asks the cache at all.</summary>
    public bool LooksUp => !Blocks.Hashes.IsEmpty;
}
