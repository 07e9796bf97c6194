using FakeAi.Collector.Requests;
using FakeAi.Contracts.Queries;

namespace FakeAi.Collector.Waterfall;

internal static class WaterfallRows
{
    public static WaterfallRow From(string id, RequestView view) => new()
    {
        RequestId = id,
        Endpoint = view.Endpoint,
        Model = view.Model,
        Upstream = view.Upstream,
        StartTime = Seconds(view.StartUs),
        EndTime = view.IsEnded ? Seconds(view.StartUs + view.DurationUs) : null,
        DurationMs = view.IsEnded ? view.DurationUs / 1_000.0 : null,
        TtftMs = view.TtftUs / 1_000.0,
        IsStreaming = view.IsStream,
        InputTokens = (int)view.InputTokens,
        OutputTokens = (int)view.OutputTokens,
        Tokens = TokenOffsets.Read(view.TokenOffsets),
        Status = view.Status ?? "active",
        StatusCode = view.StatusCode,
        FinishReason = view.IsEnded ? view.Reason : null,
    };

    private static double Seconds(long microseconds) => microseconds / 1_000_000.0;
}
