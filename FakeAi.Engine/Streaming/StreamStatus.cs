using System.Text.Json.Serialization;

namespace FakeAi.Engine.Streaming;

/// <summary>A stream as the admin API shows it. Times in milliseconds.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Type">What it carries, such as <c>chat</c>.</param>
/// <param name="Model">The model.</param>
/// <param name="Endpoint">The route's template.</param>
/// <param name="State">One of the states' names.</param>
/// <param name="Cause">On whose account it is paused, cancelled or timed out; null otherwise.</param>
/// <param name="Client">The caller's key, masked.</param>
/// <param name="Priority">The priority class.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Temperature">As asked for.</param>
/// <param name="MaxTokens">As asked for.</param>
/// <param name="MaxTokensPerSecond">As asked for.</param>
/// <param name="AgeMs">Since the request was received; of an ended stream, its whole duration.</param>
/// <param name="Tokens">Tokens told.</param>
/// <param name="TotalTokens">Tokens of the whole answer; null where not known.</param>
/// <param name="ProgressPercent">0 to 100; null where the whole is not known.</param>
/// <param name="Metrics">What was measured.</param>
internal sealed record StreamStatus(
    string Id, string Type, string Model, string Endpoint, string State, string? Cause, string? Client, string Priority, int PromptTokens,
    double? Temperature, int? MaxTokens, double? MaxTokensPerSecond, double AgeMs, int Tokens, int? TotalTokens, double? ProgressPercent,
    StreamMetrics Metrics)
{
    public static StreamStatus Of(StreamHandle handle, long nowUs)
    {
        var (context, state, progress) = (handle.Context, handle.Lifecycle.State, handle.Recorder.Progress);
        return new StreamStatus(
            context.Id, TypeWord(context.Type), context.Model, context.Endpoint, state.Word(),
            state is StreamState.Initializing or StreamState.Running or StreamState.Completed ? null : handle.Lifecycle.Cause.Word(),
            context.ClientId, context.Priority, context.PromptTokens, context.Temperature, context.MaxTokens, context.MaxTokensPerSecond,
            ((handle.EndedUs ?? nowUs) - handle.ReceivedUs) / 1000.0, progress.Tokens, progress.TotalTokens, progress.Percentage,
            handle.Recorder.Snapshot());
    }

    private static string TypeWord(StreamType type) => type switch
    {
        StreamType.Chat => "chat",
        StreamType.Completion => "completion",
        StreamType.Audio => "audio",
        StreamType.Realtime => "realtime",
        StreamType.Image => "image",
        StreamType.Binary => "binary",
        _ => "custom",
    };
}

/// <summary>Streams that a filter lets through.</summary>
/// <param name="Streams">Running ones first, in the order of their receipt; then ended ones, the newest first.</param>
/// <param name="Active">All that run, whatever the filter.</param>
internal sealed record StreamList(IReadOnlyList<StreamStatus> Streams, int Active);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StreamStatus))]
[JsonSerializable(typeof(StreamList))]
internal sealed partial class StreamStatusJson : JsonSerializerContext;
