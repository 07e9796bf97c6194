using System.Text.Json.Serialization;

namespace FakeAi.Contracts.Queries;

/// <summary>
/// The KV cache and its workers, as <c>GET /kv-cache/metrics</c> gives them (snake_case). Counters start at 0 with the
/// engine. A lookup is a prompt that is long enough to be found; a hit is one of which something was.
/// </summary>
public sealed record KvCacheMetrics
{
    /// <summary>Whether the cache is switched on.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Tokens of a block.</summary>
    public required int BlockTokens { get; init; }

    /// <summary>The workers, by engine and index.</summary>
    public required IReadOnlyList<KvCacheWorker> Workers { get; init; }

    /// <summary>Requests that found every worker and the waiting queue full.</summary>
    public required long Refused { get; init; }

    /// <summary>Engines that gave no answer, so that their figures are missing. Filled by the gateway.</summary>
    public IReadOnlyList<string> Unreachable { get; init; } = [];

    /// <summary>Blocks kept.</summary>
    public long Blocks => Workers.Sum(static w => (long)w.Blocks);

    /// <summary>Most blocks.</summary>
    public long CapacityBlocks => Workers.Sum(static w => (long)w.CapacityBlocks);

    /// <summary>Prompts looked up.</summary>
    public long Lookups => Workers.Sum(static w => w.Lookups);

    /// <summary>Those of which something was found.</summary>
    public long Hits => Workers.Sum(static w => w.Hits);

    /// <summary>Tokens of the prompts looked up.</summary>
    public long PromptTokens => Workers.Sum(static w => w.PromptTokens);

    /// <summary>Those of them that were found.</summary>
    public long HitTokens => Workers.Sum(static w => w.HitTokens);

    /// <summary>Share of the tokens that were found, 0 to 1; 0 before the first lookup.</summary>
    public double HitRatio => PromptTokens == 0 ? 0 : HitTokens / (double)PromptTokens;

    /// <summary>Tokens found per hit; 0 before the first hit.</summary>
    public double AverageMatchedPrefix => Hits == 0 ? 0 : HitTokens / (double)Hits;

    /// <summary>Blocks that had to go, for want of room or of use.</summary>
    public long Evictions => Workers.Sum(static w => w.Evictions);

    /// <summary>Prefill that the hits spared, by the profiles' own pace, milliseconds.</summary>
    public double SavedPrefillMs => Workers.Sum(static w => w.SavedPrefillUs) / 1000.0;

    /// <summary>Sequences under way.</summary>
    public int Active => Workers.Sum(static w => w.Active);

    /// <summary>Requests waiting for a worker.</summary>
    public int Waiting => Workers.Sum(static w => w.Waiting);

    /// <summary>Puts the figures of several engines together, in their order.</summary>
    /// <param name="engines">Each engine's name and what it told; null for one that gave no answer. At least one answered.</param>
    /// <exception cref="ArgumentException">None answered.</exception>
    public static KvCacheMetrics Merge(IReadOnlyList<(string Engine, KvCacheMetrics? Metrics)> engines)
    {
        ArgumentNullException.ThrowIfNull(engines);
        var answered = engines.Where(static e => e.Metrics is not null).Select(static e => (e.Engine, Metrics: e.Metrics!)).ToList();
        if (answered.Count == 0)
        {
            throw new ArgumentException("No engine's figures are there.", nameof(engines));
        }

        return new KvCacheMetrics
        {
            Enabled = answered.Exists(static e => e.Metrics.Enabled),
            BlockTokens = answered[0].Metrics.BlockTokens,
            Workers = [.. answered.SelectMany(static e => e.Metrics.Workers.Select(w => w with { Engine = e.Engine }))],
            Refused = answered.Sum(static e => e.Metrics.Refused),
            Unreachable = [.. engines.Where(static e => e.Metrics is null).Select(static e => e.Engine)],
        };
    }
}

/// <summary>One simulated worker.</summary>
/// <param name="Engine">Its engine, such as <c>engine-0</c>; filled by the gateway.</param>
/// <param name="Index">Its number in the engine, from 0.</param>
/// <param name="State"><c>idle</c>, <c>busy</c> or <c>saturated</c> (every place of its batch taken).</param>
/// <param name="Active">Sequences under way.</param>
/// <param name="MaxBatch">Most sequences.</param>
/// <param name="Waiting">Requests in its queue.</param>
/// <param name="Blocks">Blocks it keeps.</param>
/// <param name="CapacityBlocks">Most blocks.</param>
/// <param name="Lookups">Prompts looked up.</param>
/// <param name="Hits">Those of which something was found.</param>
/// <param name="PromptTokens">Tokens of the prompts looked up.</param>
/// <param name="HitTokens">Those of them that were found.</param>
/// <param name="Evictions">Blocks that had to go.</param>
/// <param name="SavedPrefillUs">Prefill spared, microseconds.</param>
public sealed record KvCacheWorker(
    string? Engine, int Index, string State, int Active, int MaxBatch, int Waiting, int Blocks, int CapacityBlocks,
    long Lookups, long Hits, long PromptTokens, long HitTokens, long Evictions, long SavedPrefillUs);

/// <summary>Source-generated JSON of <see cref="KvCacheMetrics"/>: snake_case, what is null left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KvCacheMetrics))]
public sealed partial class KvCacheJsonContext : JsonSerializerContext;
