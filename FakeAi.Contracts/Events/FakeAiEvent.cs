namespace FakeAi.Contracts.Events;

/// <summary>
/// One thing that happened, as it travels through the event log:
/// <c>{v, id, type, time, requestId, source, instance, seq, traceparent?, data}</c>.
/// </summary>
/// <param name="Id">Unique id; <c>{producer}-{shard}-{n}.{i}</c>, given by the publisher when the batch is frozen.</param>
/// <param name="Time">When it happened, Unix time in microseconds, by the emitting process's clock.</param>
/// <param name="RequestId">The request it belongs to (<c>req_</c> + 32 hex), or null for an event of the process itself.</param>
/// <param name="Source">The kind of service: <c>gateway</c>, <c>engine</c> or <c>collector</c>.</param>
/// <param name="Instance">The process: service name and a short random part; differs for each start.</param>
/// <param name="Seq">Counts the events of this instance from 1, without gaps.</param>
/// <param name="Traceparent">W3C trace context of the span in which it happened, or null when nothing is traced.</param>
/// <param name="Data">What happened; its type gives the event's <see cref="Type"/>.</param>
public sealed record FakeAiEvent(
    string Id,
    long Time,
    string? RequestId,
    string Source,
    string Instance,
    long Seq,
    string? Traceparent,
    EventData Data)
{
    /// <summary>Version of the envelope's shape.</summary>
    public const int Version = 1;

    /// <summary>The event's type on the wire, such as <c>request.started</c>.</summary>
    public string Type => Data.Type;
}
