using System.Text.Json.Serialization;

namespace FakeAi.Contracts.Events;

/// <summary>The part of an event that depends on its type. One record per type; all times in microseconds.</summary>
public abstract record EventData
{
    /// <summary>The type's name on the wire.</summary>
    [JsonIgnore]
    public abstract string Type { get; }
}

/// <summary>The gateway accepted a request.</summary>
/// <param name="Endpoint">Route template, such as <c>/v1/chat/completions</c>.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Model">The model asked for, or null where the body names none.</param>
/// <param name="Provider">The provider whose API was called, such as <c>openai</c>.</param>
/// <param name="Stream">Whether a streamed answer was asked for.</param>
/// <param name="Key">The caller's key, masked; null in open mode without a key.</param>
/// <param name="BodyBytes">Length of the request's body in bytes.</param>
public sealed record RequestStarted(
    string Endpoint, string Method, string? Model, string Provider, bool Stream, string? Key, long BodyBytes) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.RequestStarted;
}

/// <summary>A request ended with its whole answer delivered.</summary>
/// <param name="Endpoint">Route template.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Provider">The provider whose API was called.</param>
/// <param name="Stream">Whether the answer was streamed.</param>
/// <param name="Status">HTTP status, 200 to 299.</param>
/// <param name="DurationUs">Server duration: request received to last byte handed to the socket.</param>
/// <param name="FirstByteUs">Request received to first byte of the body.</param>
/// <param name="TtftUs">TTFT: request received to first content chunk; null when not streamed or no token.</param>
/// <param name="E2eUs">Request received to last content chunk; equals the duration when not streamed.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens generated, reasoning included.</param>
/// <param name="FinishReason">The dialect's own word, such as <c>stop</c> or <c>length</c>.</param>
/// <param name="BytesOut">Length of the answer's body in bytes.</param>
public sealed record RequestCompleted(
    string Endpoint, string? Model, string Provider, bool Stream, int Status, long DurationUs, long FirstByteUs,
    long? TtftUs, long E2eUs, int InputTokens, int OutputTokens, string? FinishReason, long BytesOut) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.RequestCompleted;
}

/// <summary>A request ended with an error: an error answer, or a stream that broke off.</summary>
/// <param name="Endpoint">Route template, or the raw path's first 128 characters for unknown routes.</param>
/// <param name="Model">The model asked for, if known.</param>
/// <param name="Provider">The provider whose API was called.</param>
/// <param name="Stream">Whether a streamed answer was asked for.</param>
/// <param name="Status">HTTP status that the client saw (200 for a stream that broke off after its headers).</param>
/// <param name="DurationUs">Request received to end.</param>
/// <param name="ErrorType">The dialect's error type, such as <c>invalid_request_error</c>.</param>
/// <param name="ErrorCode">The dialect's error code, or null.</param>
public sealed record RequestFailed(
    string Endpoint, string? Model, string Provider, bool Stream, int Status, long DurationUs,
    string ErrorType, string? ErrorCode) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.RequestFailed;
}

/// <summary>A request ended because its client went away or cancelled it.</summary>
/// <param name="Endpoint">Route template.</param>
/// <param name="Model">The model asked for, if known.</param>
/// <param name="Provider">The provider whose API was called.</param>
/// <param name="Stream">Whether a streamed answer was asked for.</param>
/// <param name="DurationUs">Request received to end.</param>
/// <param name="Reason"><c>client_disconnected</c> or <c>cancelled</c>.</param>
/// <param name="BytesOut">Bytes of the body that had been sent.</param>
public sealed record RequestCancelled(
    string Endpoint, string? Model, string Provider, bool Stream, long DurationUs, string Reason, long BytesOut) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.RequestCancelled;
}

/// <summary>The engine laid out the schedule of an answer and began to pace it.</summary>
/// <param name="Endpoint">Route template.</param>
/// <param name="Model">The model that answers.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="ScheduledTtftUs">When the first content chunk is due, after the request was received.</param>
/// <param name="ScheduledE2eUs">When the last content chunk is due.</param>
/// <param name="ScheduledTokens">How many tokens the answer has.</param>
/// <param name="CachedTokens">Tokens of the prompt that the worker's KV cache had.</param>
/// <param name="QueueUs">How long the request waited for a worker; part of the scheduled times.</param>
/// <param name="Worker">Number of the worker within its engine, from 0.</param>
public sealed record StreamStarted(
    string Endpoint, string Model, bool Stream, int InputTokens, long ScheduledTtftUs, long ScheduledE2eUs, int ScheduledTokens,
    int CachedTokens = 0, long QueueUs = 0, int Worker = 0) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.StreamStarted;
}

/// <summary>A prompt was looked up in a worker's KV cache. Not told of prompts that are too short to be found.</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Worker">Number of the worker within its engine, from 0.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Those that were found, as the provider counts them.</param>
/// <param name="SavedUs">Prefill that they spare, by the profile's own pace.</param>
public sealed record CacheLookup(string Model, int Worker, int InputTokens, int CachedTokens, long SavedUs) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.CacheLookup;
}

/// <summary>The first content chunk was flushed.</summary>
/// <param name="TtftUs">After the request was received.</param>
public sealed record StreamFirstToken(long TtftUs) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.StreamFirstToken;
}

/// <summary>A running stream's progress, told at most 4 times a second.</summary>
/// <param name="OutputTokens">Tokens sent so far.</param>
/// <param name="ElapsedUs">After the request was received.</param>
public sealed record StreamProgress(int OutputTokens, long ElapsedUs) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.StreamProgress;
}

/// <summary>The engine is done with an answer, however it ended.</summary>
/// <param name="Outcome"><c>completed</c>, <c>cancelled</c>, <c>failed</c> or <c>timed_out</c>.</param>
/// <param name="OutputTokens">Tokens sent.</param>
/// <param name="FinishReason">The dialect's own word; null unless completed.</param>
/// <param name="FirstTokenUs">First token after the request was received; null when none was sent.</param>
/// <param name="TokenDeltasUs">For each later token the time since the token before it. Empty when not streamed.</param>
/// <param name="MaxLagUs">How far behind its schedule the stream was at worst.</param>
/// <param name="MergedChunks">Chunks that were written together with a later one to catch up.</param>
public sealed record StreamCompleted(
    string Outcome, int OutputTokens, string? FinishReason, long? FirstTokenUs, IReadOnlyList<int> TokenDeltasUs,
    long MaxLagUs, int MergedChunks) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.StreamCompleted;
}

/// <summary>The gateway chose the engine that serves a request.</summary>
/// <param name="Upstream">Name of the engine, such as <c>engine-0</c>.</param>
/// <param name="Reason">Why this one, such as <c>only</c> or <c>least_active</c>.</param>
public sealed record RouteSelected(string Upstream, string Reason) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.RouteSelected;
}

/// <summary>The chosen engine could not take the request before any byte was sent; another takes it.</summary>
/// <param name="From">The engine that failed.</param>
/// <param name="To">The engine tried next.</param>
/// <param name="Reason">What went wrong, such as <c>connection_refused</c>.</param>
public sealed record RouteFallback(string From, string To, string Reason) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.RouteFallback;
}

/// <summary>Something went wrong that a person may want to look at.</summary>
/// <param name="Endpoint">Route template, if any.</param>
/// <param name="Model">The model asked for, if known.</param>
/// <param name="Status">HTTP status that the client saw, or 0.</param>
/// <param name="ErrorType">The dialect's error type.</param>
/// <param name="ErrorCode">The dialect's error code, or null.</param>
/// <param name="Param">The field at fault, or null.</param>
/// <param name="Message">What the client was told; at most 512 characters; never a secret or message content.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c>, <c>error</c> or <c>critical</c>.</param>
public sealed record ErrorOccurred(
    string? Endpoint, string? Model, int Status, string ErrorType, string? ErrorCode, string? Param, string Message, string Severity) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.ErrorOccurred;
}

/// <summary>A process's own health, told every 5 seconds; also its heartbeat.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="UptimeSeconds">Since the process started.</param>
/// <param name="CpuPercent">Of one core, since the last sample; can exceed 100.</param>
/// <param name="WorkingSetBytes">Resident memory.</param>
/// <param name="GcHeapBytes">Managed heap after the last collection.</param>
/// <param name="ActiveRequests">Requests under way in this process.</param>
/// <param name="EventsQueued">Events waiting to be sent to the log.</param>
/// <param name="EventsSent">Events that the log acknowledged since the start.</param>
/// <param name="EventsRefused">Events refused because the queue was full.</param>
/// <param name="EventsResent">Events handed to the log another time.</param>
/// <param name="EventsSpilled">Events ever written to the process's spill file.</param>
/// <param name="EventsSpillWaiting">Events in its spill file that the log has not acknowledged.</param>
/// <param name="EventsLost">Events that were taken and are gone.</param>
/// <param name="EventsAdopted">Events of processes that are gone, delivered by this one.</param>
public sealed record HealthSampled(
    int Pid, double UptimeSeconds, double CpuPercent, long WorkingSetBytes, long GcHeapBytes, int ActiveRequests,
    long EventsQueued, long EventsSent, long EventsRefused, long EventsResent = 0, long EventsSpilled = 0,
    long EventsSpillWaiting = 0, long EventsLost = 0, long EventsAdopted = 0) : EventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => EventTypes.HealthSampled;
}
