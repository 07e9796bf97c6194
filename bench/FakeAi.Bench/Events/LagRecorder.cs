using FakeAi.Contracts.Events;
using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Streams;

namespace FakeAi.Bench.Events;

/// <summary>The collector's own handler, with a note of how long after its publication each event was applied.</summary>
internal sealed class LagRecorder(IEventBatchHandler inner, TimeProvider time) : IEventBatchHandler
{
    private readonly Lock _lock = new();
    private readonly List<long> _lagsUs = [];

    public ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
        int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken) =>
        inner.ProjectAsync(shard, events, state, cancellationToken);

    public void Applied(int shard, IReadOnlyList<FakeAiEvent> events)
    {
        inner.Applied(shard, events);
        var now = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        lock (_lock)
        {
            foreach (var e in events)
            {
                if (e.RequestId is not null)
                {
                    _lagsUs.Add(now - e.Time);
                }
            }
        }
    }

    /// <summary>Forgets what was recorded so far.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _lagsUs.Clear();
        }
    }

    /// <summary>Percentiles in milliseconds, and how many events they are of.</summary>
    public (double P50, double P99, double Max, int Count) Read()
    {
        lock (_lock)
        {
            _lagsUs.Sort();
            return _lagsUs.Count == 0
                ? (double.NaN, double.NaN, double.NaN, 0)
                : (_lagsUs[_lagsUs.Count / 2] / 1e3, _lagsUs[(int)(_lagsUs.Count * 0.99)] / 1e3, _lagsUs[^1] / 1e3, _lagsUs.Count);
        }
    }
}
