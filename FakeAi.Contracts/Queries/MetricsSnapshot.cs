namespace FakeAi.Contracts.Queries;

/// <summary>
/// The state of things at one moment, as <c>GET /metrics/snapshot</c> gives it (snake_case). Totals count since the
/// last reset; rates, averages and percentiles are over a window and null where the window holds no sample.
/// </summary>
public sealed record MetricsSnapshot
{
    /// <summary>When it was taken, Unix milliseconds.</summary>
    public long Timestamp { get; init; }

    /// <summary>Seconds that averages, percentiles and <see cref="ErrorRate"/> cover.</summary>
    public int WindowSeconds { get; init; }

    /// <summary>Requests that ended: completed, failed and cancelled.</summary>
    public long TotalRequests { get; init; }

    /// <summary>Requests that failed.</summary>
    public long TotalErrors { get; init; }

    /// <summary>Requests that were cancelled.</summary>
    public long TotalCancelled { get; init; }

    /// <summary>Tokens of prompts and answers.</summary>
    public long TotalTokens { get; init; }

    /// <summary>Tokens of prompts.</summary>
    public long TotalInputTokens { get; init; }

    /// <summary>Tokens generated, those of cancelled and failed requests included.</summary>
    public long TotalOutputTokens { get; init; }

    /// <summary>Simulated cost in US dollars at list prices.</summary>
    public decimal TotalCost { get; init; }

    /// <summary>Requests that ended, per second, over the last 10 full seconds.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Output tokens per second over the last 10 full seconds, counted when they were sent.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>errors / (completed + errors) in the window, 0 to 1; null when nothing ended.</summary>
    public double? ErrorRate { get; init; }

    /// <summary>Mean server duration of completed requests in the window, milliseconds.</summary>
    public double? AvgLatencyMs { get; init; }

    /// <summary>Streamed share of the requests that ended in the window, 0 to 1.</summary>
    public double? StreamingShare { get; init; }

    /// <summary>Prompts looked up in the KV caches.</summary>
    public long CacheLookups { get; init; }

    /// <summary>Tokens of those prompts.</summary>
    public long CacheInputTokens { get; init; }

    /// <summary>Those of them that were found.</summary>
    public long CacheHitTokens { get; init; }

    /// <summary>Share of looked-up prompt tokens that were found in the window, 0 to 1; null when nothing was looked up.</summary>
    public double? CacheHitRatio { get; init; }

    /// <summary>Requests under way, streamed or not.</summary>
    public int ActiveRequests { get; init; }

    /// <summary>Streamed requests under way.</summary>
    public int ActiveStreams { get; init; }

    /// <summary>TTFT of completed streams in the window, milliseconds.</summary>
    public Percentiles? TtftMs { get; init; }

    /// <summary>Server duration of completed requests in the window, milliseconds.</summary>
    public Percentiles? LatencyMs { get; init; }

    /// <summary>ITL (request mean) of completed streams in the window, milliseconds.</summary>
    public Percentiles? ItlMs { get; init; }

    /// <summary>The same by model, most requests first.</summary>
    public IReadOnlyList<ModelMetrics> ByModel { get; init; } = [];

    /// <summary>The processes heard from in the last 15 seconds, by name.</summary>
    public IReadOnlyList<InstanceHealth> Instances { get; init; } = [];
}

/// <summary>What a process last told of itself.</summary>
/// <param name="Name">The instance, such as <c>engine-0-1f2e3d4c</c>.</param>
/// <param name="Service">The kind of service.</param>
/// <param name="Pid">Process id.</param>
/// <param name="UptimeSeconds">Since its start.</param>
/// <param name="CpuPercent">Of one core.</param>
/// <param name="WorkingSetBytes">Resident memory.</param>
/// <param name="ActiveRequests">Requests under way in it.</param>
/// <param name="EventsQueued">Its events waiting to be sent.</param>
/// <param name="EventsRefused">Its events refused since its start.</param>
/// <param name="EventsSpillWaiting">Its events waiting in its spill file.</param>
/// <param name="EventsLost">Its events lost since its start.</param>
public sealed record InstanceHealth(
    string Name, string Service, int Pid, double UptimeSeconds, double CpuPercent, long WorkingSetBytes,
    int ActiveRequests, long EventsQueued, long EventsRefused, long EventsSpillWaiting = 0, long EventsLost = 0);

/// <summary>Percentiles of a distribution; relative error at most 1 %.</summary>
/// <param name="P50">Median.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Count">Samples.</param>
public sealed record Percentiles(double P50, double P95, double P99, long Count);

/// <summary>One model's share of a snapshot.</summary>
public sealed record ModelMetrics
{
    /// <summary>The model's id, or <c>other</c> beyond the limit of label sets.</summary>
    public required string Model { get; init; }

    /// <summary>The provider whose API was called.</summary>
    public string? Provider { get; init; }

    /// <summary>Requests that ended since the last reset.</summary>
    public long Requests { get; init; }

    /// <summary>Those that failed.</summary>
    public long Errors { get; init; }

    /// <summary>Those that were cancelled.</summary>
    public long Cancelled { get; init; }

    /// <summary>Tokens of prompts.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Simulated cost in US dollars.</summary>
    public decimal Cost { get; init; }

    /// <summary>Mean server duration in the window, milliseconds.</summary>
    public double? AvgLatencyMs { get; init; }

    /// <summary>TTFT in the window, milliseconds.</summary>
    public Percentiles? TtftMs { get; init; }

    /// <summary>Server duration in the window, milliseconds.</summary>
    public Percentiles? LatencyMs { get; init; }
}

/// <summary>One second of history, for charts.</summary>
/// <param name="Time">The second, Unix seconds.</param>
/// <param name="Requests">Requests that ended in it.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="Cancelled">Those that were cancelled.</param>
/// <param name="OutputTokens">Output tokens sent in it.</param>
/// <param name="TtftP50Ms">Median TTFT, milliseconds; null without sample.</param>
/// <param name="TtftP95Ms">95th percentile.</param>
/// <param name="LatencyP50Ms">Median server duration, milliseconds.</param>
/// <param name="LatencyP95Ms">95th percentile.</param>
public sealed record MetricsPoint(
    long Time, long Requests, long Errors, long Cancelled, long OutputTokens,
    double? TtftP50Ms, double? TtftP95Ms, double? LatencyP50Ms, double? LatencyP95Ms);
