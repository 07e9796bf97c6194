namespace FakeAi.Collector.Metrics;

/// <summary>Counters in a bucket or in the totals, each behind the number of its label set and a colon.</summary>
internal static class MetricFields
{
    public const string Completed = "n";
    public const string Errors = "e";
    public const string Cancelled = "c";
    public const string Streamed = "s";
    public const string DurationUs = "d";
    public const string InputTokens = "i";
    public const string OutputTokens = "o";

    /// <summary>Billionths of a US dollar.</summary>
    public const string CostNano = "$";

    /// <summary>Tokens sent, counted when they were sent; without label set.</summary>
    public const string Sent = "x";

    // KV cache, counted when it was asked; without label set.
    public const string CacheLookups = "k";
    public const string CacheInputTokens = "ki";
    public const string CacheHitTokens = "kh";

    // Histograms: the letter and the number of the step.
    public const char Latency = 'L';
    public const char Ttft = 'T';
    public const char Itl = 'G';
}
