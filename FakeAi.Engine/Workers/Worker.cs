using FakeAi.Contracts.Queries;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Latency;

namespace FakeAi.Engine.Workers;

/// <summary>One simulated worker: its cache, its batch and its counters. Not thread-safe; the pool's lock guards it.</summary>
internal sealed class Worker(int index, int maxBatch, BlockCache cache)
{
    private long _lookups;
    private long _hits;
    private long _promptTokens;
    private long _hitTokens;
    private long _savedUs;

    public int Index => index;

    public int Active { get; set; }

    public int MaxBatch => maxBatch;

    public bool HasRoom => Active < maxBatch;

    public BlockCache Cache => cache;

    /// <summary>Blocks of a prompt that it would have to compute.</summary>
    public int Uncached(Admission admission, long nowUs) =>
        admission.LooksUp ? admission.Blocks.Hashes.Length - cache.Match(admission.Blocks.Hashes.Span, nowUs) : 0;

    /// <summary>Looks a prompt up and keeps it from now on: vLLM, too, counts a block as cached from when its computation is scheduled.</summary>
    /// <returns>Tokens found, as the provider counts them, and the prefill they spare.</returns>
    public (int CachedTokens, long SavedUs) LookUp(Admission admission, long nowUs)
    {
        if (!admission.LooksUp)
        {
            return (0, 0);
        }

        var blocks = admission.Blocks;
        var found = Math.Min(cache.Match(blocks.Hashes.Span, nowUs), blocks.MostHits);
        cache.Keep(blocks.Hashes.Span, nowUs);
        var tokens = admission.Rule.Counted(found * blocks.BlockTokens);
        var saved = LatencyModel.SavedUs(admission.Profile, admission.PromptTokens, tokens);
        _lookups++;
        _promptTokens += admission.PromptTokens;
        _hitTokens += tokens;
        _hits += tokens > 0 ? 1 : 0;
        _savedUs += saved;
        return (tokens, saved);
    }

    /// <summary>Its figures.</summary>
    public KvCacheWorker Report(int waiting) => new(
        null, index, Active == 0 ? "idle" : HasRoom ? "busy" : "saturated", Active, maxBatch, waiting, cache.Count, cache.Capacity,
        _lookups, _hits, _promptTokens, _hitTokens, cache.Evictions, _savedUs);
}
