namespace FakeAi.Contracts.Queries;

/// <summary>What <c>GET /waterfall/data</c> gives (snake_case).</summary>
/// <param name="Requests">Completed requests, newest first.</param>
/// <param name="ActiveRequests">Requests under way, newest first.</param>
/// <param name="Stats">Counts.</param>
public sealed record WaterfallData(
    IReadOnlyList<WaterfallRow> Requests, IReadOnlyList<WaterfallRow> ActiveRequests, WaterfallStats Stats);

/// <summary>Counts of the waterfall.</summary>
/// <param name="TotalCompleted">Ended requests that are kept.</param>
/// <param name="ActiveRequests">Requests under way.</param>
/// <param name="MaxCapacity">Most ended requests that are kept.</param>
/// <param name="UtilizationPercent">Share of the capacity in use, 0 to 100.</param>
public sealed record WaterfallStats(int TotalCompleted, int ActiveRequests, int MaxCapacity, double UtilizationPercent);

/// <summary>One request as a bar of the waterfall.</summary>
public sealed record WaterfallRow
{
    /// <summary>The request's id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Route template, such as <c>/v1/chat/completions</c>.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>The model, or null where the request named none.</summary>
    public string? Model { get; init; }

    /// <summary>The engine that served it.</summary>
    public string? Upstream { get; init; }

    /// <summary>Received by the gateway, Unix seconds with fraction.</summary>
    public double StartTime { get; init; }

    /// <summary>Ended, Unix seconds with fraction; null while under way.</summary>
    public double? EndTime { get; init; }

    /// <summary>Server duration in milliseconds; null while under way.</summary>
    public double? DurationMs { get; init; }

    /// <summary>TTFT in milliseconds; null when not streamed or not yet known.</summary>
    public double? TtftMs { get; init; }

    /// <summary>Whether a streamed answer was asked for.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int InputTokens { get; init; }

    /// <summary>Tokens generated so far.</summary>
    public int OutputTokens { get; init; }

    /// <summary>Offset of each token from the start, milliseconds; at most 2,000, then thinned evenly.</summary>
    public IReadOnlyList<double> Tokens { get; init; } = [];

    /// <summary><c>active</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>HTTP status; null while under way and for cancelled requests.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The dialect's finish reason, or the error's code or type.</summary>
    public string? FinishReason { get; init; }
}

/// <summary>One entry of the error feed.</summary>
public sealed record ErrorItem
{
    /// <summary>The event's id.</summary>
    public required string Id { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long Timestamp { get; init; }

    /// <summary>The request, if any.</summary>
    public string? RequestId { get; init; }

    /// <summary>Route template, if any.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The model asked for, if known.</summary>
    public string? Model { get; init; }

    /// <summary>HTTP status, or 0.</summary>
    public int Status { get; init; }

    /// <summary>The dialect's error type.</summary>
    public required string ErrorType { get; init; }

    /// <summary>The dialect's error code, or null.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The field at fault, or null.</summary>
    public string? Param { get; init; }

    /// <summary>What the client was told.</summary>
    public required string ErrorMessage { get; init; }

    /// <summary><c>info</c>, <c>warning</c>, <c>error</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }
}
