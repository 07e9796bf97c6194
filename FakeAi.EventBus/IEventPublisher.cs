using FakeAi.Contracts.Events;

namespace FakeAi.EventBus;

/// <summary>Hands events to the log. Never waits, never throws for want of a log: safe on a request's way.</summary>
public interface IEventPublisher
{
    /// <summary>Counts since the process started.</summary>
    EventPublisherStats Stats { get; }

    /// <summary>Queues an event for the log.</summary>
    /// <param name="data">What happened.</param>
    /// <param name="requestId">The request it belongs to; events of one request keep their order. Null for the process itself.</param>
    /// <param name="traceparent">W3C trace context; null takes that of the current activity, if it is recorded.</param>
    /// <param name="time">When it happened, Unix microseconds; null means now.</param>
    /// <returns>False when the queue was full and the event was refused and counted.</returns>
    bool Publish(EventData data, string? requestId = null, string? traceparent = null, long? time = null);
}
