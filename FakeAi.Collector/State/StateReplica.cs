using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.State;

/// <summary>
/// This process's copy of the state of all shards, for queries. Bringing it up to date reads only the documents that
/// changed since the last time, whichever collector changed them.
/// </summary>
internal sealed class StateReplica(IEventLog log, IEnumerable<IDocumentSink> sinks, TimeProvider time) : IDisposable
{
    private readonly IDocumentSink[] _sinks = [.. sinks];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ShardPosition[] _positions = [];
    private long _asked;
    private long _served;
    private long _resets;

    /// <summary>Guards the sinks: held while they change and while they are read.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Counts how often a shard started over.</summary>
    public long Resets => Interlocked.Read(ref _resets);

    /// <summary>Makes the copy at least as new as the moment of the call. Calls that wait for each other share one reading.</summary>
    /// <exception cref="EventLogUnavailableException">The state cannot be read.</exception>
    public async ValueTask SyncAsync(CancellationToken cancellationToken)
    {
        var mine = Interlocked.Increment(ref _asked);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_served >= mine)
            {
                return;
            }

            var upTo = Interlocked.Read(ref _asked);
            if (_positions.Length == 0)
            {
                _positions = new ShardPosition[await log.GetShardCountAsync(cancellationToken)];
            }

            await Task.WhenAll(Enumerable.Range(0, _positions.Length).Select(shard => SyncShardAsync(shard, cancellationToken)));
            lock (Lock)
            {
                foreach (var sink in _sinks)
                {
                    sink.Trim(time.GetUtcNow());
                }
            }

            _served = upTo;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task SyncShardAsync(int shard, CancellationToken cancellationToken)
    {
        var state = log.GetState(shard);
        var known = _positions[shard];
        var changes = await state.ChangesAsync(known.Version, cancellationToken);
        if (changes.Position == known)
        {
            return;
        }

        // A version that went back means that Redis lost its data.
        var startsOver = changes.Position.Epoch != known.Epoch || changes.Position.Version < known.Version;
        if (startsOver)
        {
            changes = await state.ChangesAsync(0, cancellationToken);
        }

        // Documents are as new as the moment they are read, so counters may bear labels newer than the list of changes.
        // Labels are only ever added: read last, they cover whatever was read before them.
        string[] names = changes.Documents.Count == 0
            ? []
            : [.. changes.Documents.Where(n => n != StateNames.Labels), StateNames.Labels];
        var documents = names.Length == 0 ? [] : await state.GetAsync(names, cancellationToken);
        lock (Lock)
        {
            if (startsOver)
            {
                foreach (var sink in _sinks)
                {
                    sink.Clear(shard);
                }

                if (known.Version > 0)
                {
                    Interlocked.Increment(ref _resets);
                }
            }

            for (var i = 0; i < documents.Count; i++)
            {
                if (documents[i] is { } document)
                {
                    Put(shard, names[i], document);
                }
            }
        }

        _positions[shard] = changes.Position;
    }

    private void Put(int shard, string name, IReadOnlyDictionary<string, string> document)
    {
        foreach (var sink in _sinks)
        {
            if (name.StartsWith(sink.Prefix, StringComparison.Ordinal))
            {
                sink.Put(shard, name, document);
            }
        }
    }
}
