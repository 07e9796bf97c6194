namespace FakeAi.Contracts.Catalogue;

/// <summary>One model of the catalogue file.</summary>
public sealed record ModelInfo
{
    /// <summary>The encoding of OpenAI's newer models, which stands in where a model's own tokenizer is not public.</summary>
    public const string O200k = "o200k_base";

    /// <summary>The encoding of OpenAI's older models.</summary>
    public const string Cl100k = "cl100k_base";

    // Generated JSON code sets absent init-only members to null, past their initialisers: hence the setters that refuse it.

    /// <summary>The id that clients use, such as <c>gpt-4o-mini</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Other ids for the same model, such as dated snapshots.</summary>
    public IReadOnlyList<string> Aliases { get; init => field = value ?? []; } = [];

    /// <summary>
    /// The dated snapshot, one of <see cref="Aliases"/>, that the id stands for and that answers tell as their model;
    /// null where the id names itself.
    /// </summary>
    public string? Snapshot { get; init; }

    /// <summary>The provider: <c>openai</c>, <c>anthropic</c>, <c>google</c>, <c>perplexity</c>, <c>meta</c>, …</summary>
    public required string Provider { get; init; }

    /// <summary>What <c>/v1/models</c> tells as <c>owned_by</c>.</summary>
    public required string OwnedBy { get; init; }

    /// <summary>What kind of model it is: <c>chat</c>, <c>completion</c>, <c>embedding</c>, <c>moderation</c>, <c>rerank</c>, <c>image</c>,
    /// <c>audio</c> (text to speech), <c>realtime</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Unix seconds told as <c>created</c>.</summary>
    public long Created { get; init; }

    /// <summary>Tokens of prompt and answer together.</summary>
    public int ContextWindow { get; init; }

    /// <summary>Most tokens of one answer; 0 for models that generate none.</summary>
    public int MaxOutputTokens { get; init; }

    /// <summary>Length of an embedding model's vectors; 0 for other models.</summary>
    public int Dimensions { get; init; }

    /// <summary>List prices.</summary>
    public ModelPricing Pricing { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// Any of <c>vision audio_in audio_out video_in tools json reasoning reasoning_shown prediction dimensions</c>; see
    /// <see cref="ModelCapabilities"/>.
    /// </summary>
    public IReadOnlyList<string> Capabilities { get; init => field = value ?? []; } = [];

    /// <summary>Of a reasoning model: its effort where a request does not say, as in <c>reasoning_effort</c>; null is <c>medium</c>.</summary>
    public string? DefaultEffort { get; init; }

    /// <summary>
    /// How its tokens are counted: <see cref="O200k"/> (where the file says nothing) or <see cref="Cl100k"/>. Other
    /// vendors' tokenizers differ or are not public; their models are counted with <see cref="O200k"/> instead.
    /// </summary>
    public string Tokenizer { get; init => field = value ?? O200k; } = O200k;

    /// <summary>How fast it answers.</summary>
    public required LatencyProfile Latency { get; init; }

    /// <summary>Where the figures come from.</summary>
    public string? Source { get; init; }

    /// <summary>Whether the model has a capability.</summary>
    public bool Can(string capability) => Capabilities.Contains(capability, StringComparer.Ordinal);
}

/// <summary>Prices in US dollars per million tokens.</summary>
public sealed record ModelPricing
{
    /// <summary>Prompt tokens that were not cached.</summary>
    public decimal Input { get; init; }

    /// <summary>Generated tokens.</summary>
    public decimal Output { get; init; }

    /// <summary>Cached prompt tokens; null where there is no such price.</summary>
    public decimal? CachedInput { get; init; }
}

/// <summary>
/// Timing of a model: TTFT and ITL are normally distributed with the given mean and standard deviation (milliseconds),
/// clamped to at least 1 ms and 0.5 ms; prompts beyond 100 tokens add (tokens − 100) / <see cref="PrefillTps"/> seconds to TTFT.
/// </summary>
/// <param name="TtftMs">Mean TTFT.</param>
/// <param name="TtftSdMs">Standard deviation of TTFT.</param>
/// <param name="ItlMs">Mean ITL.</param>
/// <param name="ItlSdMs">Standard deviation of ITL.</param>
/// <param name="PrefillTps">Prompt tokens per second.</param>
public sealed record LatencyProfile(double TtftMs, double TtftSdMs, double ItlMs, double ItlSdMs, double PrefillTps);
