using System.Globalization;
using FakeAi.Contracts.Live;
using FakeAi.Contracts.Queries;

namespace FakeAi.Dashboard.Tests;

/// <summary>Makes data for tests.</summary>
internal static class Sample
{
    public static LiveWelcome Welcome(
        MetricsSnapshot snapshot, IReadOnlyList<MetricsPoint>? history = null, IReadOnlyList<WaterfallRow>? rows = null, IReadOnlyList<ErrorItem>? errors = null)
    {
        var all = rows ?? [];
        WaterfallRow[] ended = [.. all.Where(r => r.EndTime is not null)];
        WaterfallRow[] active = [.. all.Where(r => r.EndTime is null)];
        return new LiveWelcome(snapshot, history ?? [], new WaterfallData(ended, active, new WaterfallStats(ended.Length, active.Length, 1000, 0)), errors ?? []);
    }

    public static MetricsPoint Point(long time, long requests = 0, long tokens = 0) =>
        new(time, requests, 0, 0, tokens, null, null, null, null);

    public static WaterfallRow Active(int n, double start = 100, int tokens = 0) => new()
    {
        RequestId = Id(n),
        Endpoint = "/v1/chat/completions",
        Model = "gpt-4o-mini",
        Upstream = "engine-0",
        StartTime = start,
        TtftMs = tokens > 0 ? 180 : null,
        IsStreaming = true,
        InputTokens = 12,
        OutputTokens = tokens,
        Tokens = [.. Enumerable.Range(0, tokens).Select(i => 180 + (i * 10.0))],
        Status = "active",
    };

    public static WaterfallRow Ended(int n, double start = 100, int tokens = 20, string status = "completed") => Active(n, start, tokens) with
    {
        EndTime = start + 1.2,
        DurationMs = 1200,
        Status = status,
        StatusCode = status == "cancelled" ? null : status == "completed" ? 200 : 500,
        FinishReason = "stop",
    };

    public static ErrorItem Error(int n) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"e{n:D5}"),
        Timestamp = 1_000_000 + n,
        Status = 400,
        ErrorType = "invalid_request_error",
        ErrorMessage = "<b>bad</b> & wrong",
        Severity = "warning",
    };

    public static string Id(int n) => "req_" + n.ToString("x32", CultureInfo.InvariantCulture);
}
