using System.Globalization;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Memory;

/// <summary>One shard: entries, the lease, producers' last numbers, and the state. One lock guards it all.</summary>
internal sealed class InMemoryShard(EventBusOptions options, TimeProvider time) : IShardState
{
    private const int LiveItems = 10_000;
    private const int DeadItems = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<Stored> _new = new();
    private readonly SortedDictionary<long, Stored> _pending = [];
    private readonly Dictionary<string, long> _producers = new(StringComparer.Ordinal);
    private readonly Queue<DeadEntry> _dead = new();
    private readonly Queue<LiveItem> _live = new();
    private readonly InMemoryDocuments _documents = new(time);
    private long _lastId;
    private long _lastLiveId;
    private ShardPosition _position;
    private ShardLease? _lease;
    private long _leasedAt;
    private long _token;

    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _new.Count + _pending.Count;
            }
        }
    }

    public ShardBacklog Backlog
    {
        get
        {
            lock (_lock)
            {
                return _new.Count + _pending.Count == 0
                    ? default
                    : new ShardBacklog(
                        _new.Count + _pending.Count,
                        (long)time.GetElapsedTime((_pending.Count > 0 ? _pending.First().Value : _new.Peek()).Timestamp).TotalMilliseconds);
            }
        }
    }

    public AppendResult Append(EventBatch batch, bool rebase)
    {
        lock (_lock)
        {
            var last = _producers.GetValueOrDefault(batch.Producer);
            if (batch.Number <= last)
            {
                return new AppendResult(AppendOutcome.AlreadyThere, last);
            }

            if (batch.Number > last + 1 && !rebase)
            {
                return new AppendResult(AppendOutcome.Gap, last);
            }

            if (_new.Count + _pending.Count + batch.Events.Count > options.MemoryCapacity)
            {
                throw new EventLogUnavailableException("the in-memory event log is full; nothing consumes it");
            }

            var now = time.GetTimestamp();
            foreach (var payload in batch.Events)
            {
                _new.Enqueue(new Stored(new LogEntry(Text(++_lastId), payload), now));
            }

            _producers[batch.Producer] = batch.Number;
            return new AppendResult(AppendOutcome.Appended, batch.Number);
        }
    }

    public long GetLast(string producer)
    {
        lock (_lock)
        {
            return _producers.GetValueOrDefault(producer);
        }
    }

    public LeaseAnswer Acquire(int shard, string holder)
    {
        lock (_lock)
        {
            if (IsLeased() && !string.Equals(_lease!.Holder, holder, StringComparison.Ordinal))
            {
                return new LeaseAnswer(null, default, _lease.Holder);
            }

            _lease = new ShardLease(shard, holder, ++_token);
            _leasedAt = time.GetTimestamp();
            return new LeaseAnswer(_lease, _position, holder);
        }
    }

    public void Release(ShardLease lease)
    {
        lock (_lock)
        {
            if (lease == _lease)
            {
                _lease = null;
            }
        }
    }

    public IReadOnlyList<LogEntry> Read(ShardLease lease, ReadFrom from, int count)
    {
        lock (_lock)
        {
            Renew(lease);
            if (from == ReadFrom.Pending)
            {
                return [.. _pending.Values.Take(count).Select(s => s.Entry)];
            }

            var entries = new List<LogEntry>();
            while (entries.Count < count && _new.TryDequeue(out var stored))
            {
                _pending.Add(Number(stored.Entry.Id), stored);
                entries.Add(stored.Entry);
            }

            return entries;
        }
    }

    public ApplyResult Apply(ShardLease lease, BatchEffect effect)
    {
        StateOp.RequireIncrementsFirst(effect.Ops);
        lock (_lock)
        {
            Renew(lease);
            if (effect.Expected != _position.Version || (effect.Entries.Count > 0 && Oldest() != Number(effect.Entries[0])))
            {
                return new ApplyResult(false, _position.Version);
            }

            var version = _position.Version + 1;
            _documents.Increment(effect.Ops.OfType<IncrementFields>(), version);
            foreach (var op in effect.Ops)
            {
                if (op is AppendLive live)
                {
                    _live.Enqueue(new LiveItem(Text(++_lastLiveId), live.Payload));
                    if (_live.Count > LiveItems)
                    {
                        _live.Dequeue();
                    }
                }
                else
                {
                    _documents.Apply(op, version);
                }
            }

            foreach (var dead in effect.Dead)
            {
                _dead.Enqueue(dead);
                if (_dead.Count > DeadItems)
                {
                    _dead.Dequeue();
                }
            }

            foreach (var id in effect.Entries)
            {
                _pending.Remove(Number(id));
            }

            _position = _position with { Version = version };
            return new ApplyResult(true, version);
        }
    }

    public ShardPosition Reset(StateReset reset)
    {
        lock (_lock)
        {
            _position = new ShardPosition(_position.Version + 1, _position.Epoch + 1);
            _documents.Reset(reset, _position.Version);
            return _position;
        }
    }

    public IReadOnlyList<DeadEntry> ReadDead(int count)
    {
        lock (_lock)
        {
            return [.. _dead.Take(count)];
        }
    }

    public ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>?>> GetAsync(
        IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<IReadOnlyDictionary<string, string>?>>([.. documents.Select(_documents.Get)]);
        }
    }

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> RangeAsync(string index, int count, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_documents.Range(index, count));
        }
    }

    public ValueTask<ShardChanges> ChangesAsync(long afterVersion, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(new ShardChanges(_position, _documents.ChangedAfter(afterVersion)));
        }
    }

    public ValueTask<string> GetLiveEndAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(Text(_lastLiveId));
        }
    }

    public ValueTask<IReadOnlyList<LiveItem>> ReadLiveAsync(string afterId, int count, CancellationToken cancellationToken)
    {
        var after = Number(afterId);
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<LiveItem>>([.. _live.Where(i => Number(i.Id) > after).Take(count)]);
        }
    }

    private long? Oldest()
    {
        foreach (var id in _pending.Keys)
        {
            return id;
        }

        return null;
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private bool IsLeased() => _lease is not null && time.GetElapsedTime(_leasedAt).TotalMilliseconds < options.LeaseMs;

    private void Renew(ShardLease lease)
    {
        if (lease != _lease || !IsLeased())
        {
            throw new ShardLeaseLostException($"Shard {lease.Shard} is not leased to {lease.Holder} under token {lease.Token} any more.");
        }

        _leasedAt = time.GetTimestamp();
    }

    private readonly record struct Stored(LogEntry Entry, long Timestamp);
}
