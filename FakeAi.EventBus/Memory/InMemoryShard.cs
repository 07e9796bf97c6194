using System.Globalization;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Memory;

/// <summary>One shard: entries, who was given which, producers' last numbers, and the state. One lock guards it all.</summary>
internal sealed class InMemoryShard(EventBusOptions options, TimeProvider time) : IShardState
{
    private const int LiveItems = 10_000;
    private const int DeadItems = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<LogEntry> _new = new();
    private readonly SortedDictionary<long, Delivery> _pending = [];
    private readonly Dictionary<string, long> _producers = new(StringComparer.Ordinal);
    private readonly Queue<DeadEntry> _dead = new();
    private readonly Queue<LiveItem> _live = new();
    private readonly InMemoryDocuments _documents = new(time);
    private long _lastId;
    private long _lastLiveId;
    private ShardPosition _position;

    public ShardPosition Position
    {
        get
        {
            lock (_lock)
            {
                return _position;
            }
        }
    }

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

            foreach (var payload in batch.Events)
            {
                _new.Enqueue(new LogEntry(Text(++_lastId), payload));
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

    public IReadOnlyList<LogEntry> Read(string consumer, ReadFrom from, int count)
    {
        var entries = new List<LogEntry>();
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (from == ReadFrom.New)
            {
                while (entries.Count < count && _new.TryDequeue(out var entry))
                {
                    _pending.Add(Number(entry.Id), new Delivery(entry, consumer, now));
                    entries.Add(entry);
                }

                return entries;
            }

            foreach (var (id, delivery) in _pending)
            {
                if (entries.Count == count)
                {
                    break;
                }

                var wanted = from == ReadFrom.OwnPending
                    ? string.Equals(delivery.Consumer, consumer, StringComparison.Ordinal)
                    : time.GetElapsedTime(delivery.Timestamp, now).TotalMilliseconds >= options.AbandonedAfterMs;
                if (wanted)
                {
                    entries.Add(delivery.Entry);
                }
            }

            if (from == ReadFrom.Abandoned)
            {
                foreach (var entry in entries)
                {
                    _pending[Number(entry.Id)] = new Delivery(entry, consumer, now);
                }
            }
        }

        return entries;
    }

    public ApplyResult Apply(BatchEffect effect)
    {
        lock (_lock)
        {
            if (effect.Expected != _position.Version)
            {
                return new ApplyResult(false, _position.Version);
            }

            var version = _position.Version + 1;
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
            _documents.Reset(reset);
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

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private readonly record struct Delivery(LogEntry Entry, string Consumer, long Timestamp);
}
