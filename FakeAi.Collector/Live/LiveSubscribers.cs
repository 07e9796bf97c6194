using System.Collections.Concurrent;

namespace FakeAi.Collector.Live;

/// <summary>The clients that watch.</summary>
internal sealed class LiveSubscribers
{
    private readonly ConcurrentDictionary<LiveSubscriber, bool> _all = new();

    public bool Any => !_all.IsEmpty;

    public LiveSubscriber Add()
    {
        var subscriber = new LiveSubscriber();
        _all[subscriber] = true;
        return subscriber;
    }

    public void Remove(LiveSubscriber subscriber) => _all.TryRemove(subscriber, out _);

    public void Push(LivePayload payload)
    {
        foreach (var (subscriber, _) in _all)
        {
            subscriber.Push(payload);
        }
    }
}
