using FakeAi.Contracts.Queries;

namespace FakeAi.Dashboard.Components.Pages.Waterfall;

/// <summary>Says in words how a request stands.</summary>
internal static class RequestWords
{
    /// <summary>Such as <c>completed 200</c>, <c>waiting</c>, <c>running</c> (not streamed) or <c>streaming</c>.</summary>
    public static string Status(WaterfallRow row) => row switch
    {
        { Status: "active", IsStreaming: false } => "running",
        { Status: "active", TtftMs: null } => "waiting",
        { Status: "active" } => "streaming",
        { StatusCode: { } code } => $"{row.Status} {code}",
        _ => row.Status,
    };
}
