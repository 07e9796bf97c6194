using System.Collections.Concurrent;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;

namespace FakeAi.TestKit;

/// <summary>Keeps what was published, in order.</summary>
public sealed class RecordingPublisher : IEventPublisher
{
    private readonly ConcurrentQueue<(EventData Data, string? RequestId)> _events = new();

    public EventPublisherStats Stats => new() { Sent = _events.Count };

    /// <summary>The events of requests; what the process tells of itself in between is left out.</summary>
    public IReadOnlyList<(EventData Data, string? RequestId)> Events => [.. _events.Where(e => e.RequestId is not null)];

    public bool Publish(EventData data, string? requestId = null, string? traceparent = null, long? time = null)
    {
        _events.Enqueue((data, requestId));
        return true;
    }

    /// <summary>The events of one type, in order, those of the process included.</summary>
    public IReadOnlyList<T> Of<T>()
        where T : EventData => [.. _events.Select(e => e.Data).OfType<T>()];
}
