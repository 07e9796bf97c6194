using System.Threading.Channels;

namespace FakeAi.Collector.Live;

/// <summary>One client's queue. When it is full the oldest message goes, and is counted.</summary>
internal sealed class LiveSubscriber
{
    public const int Capacity = 256;

    private readonly Channel<LivePayload> _queue;
    private int _dropped;

    public LiveSubscriber() => _queue = Channel.CreateBounded<LivePayload>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Increment(ref _dropped));

    public ChannelReader<LivePayload> Reader => _queue.Reader;

    public void Push(LivePayload payload) => _queue.Writer.TryWrite(payload);

    /// <summary>Empties the queue and tells how much was in it.</summary>
    public int Clear()
    {
        var count = 0;
        while (_queue.Reader.TryRead(out _))
        {
            count++;
        }

        return count;
    }

    /// <summary>How many messages were dropped since this was last asked.</summary>
    public int TakeDropped() => Interlocked.Exchange(ref _dropped, 0);
}
