using System.Text.Json.Serialization;
using FakeAi.Contracts.Queries;

namespace FakeAi.Contracts.Live;

/// <summary>
/// One push of the hub <c>/hubs/live</c>. Clients call the streaming method <see cref="LiveHubMethods.Watch"/> and get,
/// in order: one <see cref="LiveWelcome"/> with the whole state, then what changes.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LiveWelcome), "welcome")]
[JsonDerivedType(typeof(LiveMetrics), "metrics_update")]
[JsonDerivedType(typeof(LiveWaterfall), "waterfall_update")]
[JsonDerivedType(typeof(LiveError), "error_occurred")]
[JsonDerivedType(typeof(LiveDropped), "dropped")]
[JsonDerivedType(typeof(LiveReset), "reset")]
public abstract record LiveMessage;

/// <summary>The state when the client joined.</summary>
/// <param name="Snapshot">Metrics now.</param>
/// <param name="History">The last 300 seconds, oldest first; seconds in which nothing happened are left out.</param>
/// <param name="Waterfall">Active and newest completed requests.</param>
/// <param name="Errors">Newest errors, newest first, at most 100.</param>
public sealed record LiveWelcome(
    MetricsSnapshot Snapshot, IReadOnlyList<MetricsPoint> History, WaterfallData Waterfall, IReadOnlyList<ErrorItem> Errors) : LiveMessage;

/// <summary>Metrics that changed; at most 4 a second.</summary>
/// <param name="Snapshot">Metrics now.</param>
/// <param name="Points">Seconds that changed since the last such message; they replace what the client has for them.</param>
public sealed record LiveMetrics(MetricsSnapshot Snapshot, IReadOnlyList<MetricsPoint> Points) : LiveMessage;

/// <summary>Waterfall rows that changed; each replaces the client's row with the same request id. At most 4 a second.</summary>
/// <param name="Rows">Whole rows.</param>
public sealed record LiveWaterfall(IReadOnlyList<WaterfallRow> Rows) : LiveMessage;

/// <summary>One error, as it comes.</summary>
/// <param name="Error">The error.</param>
public sealed record LiveError(ErrorItem Error) : LiveMessage;

/// <summary>This client was too slow: so many messages were dropped from its queue, the oldest first. A <see cref="LiveWelcome"/> follows.</summary>
/// <param name="Count">Messages dropped since the last such message.</param>
public sealed record LiveDropped(int Count) : LiveMessage;

/// <summary>The data were reset; a <see cref="LiveWelcome"/> follows.</summary>
public sealed record LiveReset : LiveMessage;

/// <summary>Names of the hub and its methods.</summary>
public static class LiveHubMethods
{
    /// <summary>The hub's path.</summary>
    public const string Path = "/hubs/live";

    /// <summary>Server-to-client stream of <see cref="LiveMessage"/>.</summary>
    public const string Watch = "Watch";

    /// <summary>Answers the server's time in Unix milliseconds; clients measure latency with it.</summary>
    public const string Ping = "Ping";
}
