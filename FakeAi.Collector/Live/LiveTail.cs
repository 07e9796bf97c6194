using System.Text.Json;
using FakeAi.Collector.State;
using FakeAi.Contracts;
using FakeAi.Contracts.Queries;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Live;

/// <summary>Follows the shards' live streams, to which whichever collector applied a batch appends.</summary>
internal sealed class LiveTail(IEventLog log, LiveSubscribers subscribers) : IDisposable
{
    private const int ItemsPerRead = 500;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private string[]? _ends;

    /// <summary>Makes sure that what comes from now on will be read.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_ends is null)
            {
                var shards = await log.GetShardCountAsync(cancellationToken);
                _ends = await Task.WhenAll(Enumerable.Range(0, shards).Select(s => log.GetState(s).GetLiveEndAsync(cancellationToken).AsTask()));
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets the place if nobody watches. Clients are registered before they start it, so none is left without.</summary>
    public async ValueTask StopIfUnwatchedAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        if (!subscribers.Any)
        {
            _ends = null;
        }

        _gate.Release();
    }

    /// <summary>The errors that came since the last call.</summary>
    public async ValueTask<IReadOnlyList<ErrorItem>> ReadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_ends is not { } ends)
            {
                return [];
            }

            var read = await Task.WhenAll(ends.Select((end, s) => log.GetState(s).ReadLiveAsync(end, ItemsPerRead, cancellationToken).AsTask()));
            var errors = new List<ErrorItem>();
            for (var shard = 0; shard < read.Length; shard++)
            {
                foreach (var item in read[shard])
                {
                    ends[shard] = item.Id;
                    if (item.Payload.StartsWith(StateNames.LiveErrorPrefix, StringComparison.Ordinal)
                        && JsonSerializer.Deserialize(
                            item.Payload.AsSpan(StateNames.LiveErrorPrefix.Length), ContractsJsonContext.Default.ErrorItem) is { } error)
                    {
                        errors.Add(error);
                    }
                }
            }

            errors.Sort(static (a, b) => a.Timestamp.CompareTo(b.Timestamp));
            return errors;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
