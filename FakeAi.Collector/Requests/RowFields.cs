namespace FakeAi.Collector.Requests;

/// <summary>
/// Fields of a request's row. Each event type writes fields of its own, so that the row is the same whatever the order
/// in which the events came.
/// </summary>
internal static class RowFields
{
    // whatever the gateway tells
    public const string Gateway = "gw";

    // request.started
    public const string Started = "st";
    public const string Endpoint = "ep";
    public const string Model = "m";
    public const string Provider = "pv";
    public const string Stream = "sm";

    // request.completed, failed, cancelled
    public const string Status = "k";
    public const string Ended = "en";
    public const string EndEndpoint = "eep";
    public const string EndModel = "em";
    public const string EndProvider = "epv";
    public const string EndStream = "esm";
    public const string DurationUs = "du";
    public const string TtftUs = "tt";
    public const string E2eUs = "e2";
    public const string InputTokens = "it";
    public const string OutputTokens = "ot";
    public const string StatusCode = "sc";
    public const string Reason = "fr";

    /// <summary>Set while the end is only the collector's own guess, since the gateway was silent.</summary>
    public const string SourceLost = "sl";

    // route.selected
    public const string Upstream = "up";
    public const string UpstreamTime = "upt";

    // stream.*
    public const string EngineEndpoint = "xep";
    public const string EngineModel = "xm";
    public const string EngineStream = "xsm";
    public const string EngineInputTokens = "xi";
    public const string FirstTokenUs = "ft";
    public const string ProgressPrefix = "p";
    public const string EngineOutcome = "xo";
    public const string EngineOutputTokens = "xn";
    public const string EngineReason = "xf";
    public const string TokenOffsets = "tk";
    public const string TokensPerSecond = "ps";

    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}
