using System.Globalization;
using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Publishing;

/// <summary>A numbered batch on its way out of this process: in memory, or in the spill file.</summary>
/// <param name="Batch">The batch; null when it is in the spill file.</param>
/// <param name="Bytes">What it takes of the memory budget.</param>
/// <param name="Spilled">Where it lies in the spill file, if it does.</param>
internal readonly record struct Outgoing(EventBatch? Batch, long Bytes, SpilledBatch Spilled)
{
    public long Number => Batch?.Number ?? Spilled.Number;

    public int Events => Batch?.Events.Count ?? Spilled.Events;
}

/// <summary>
/// One shard's events between the publisher's task, which adds them, and the sender, which takes them batch by batch. A batch
/// is open until it is full or the sender takes it; then it is frozen under its number. Frozen batches wait in memory as long
/// as there is room, behind them in the spill file. Once one of the shard's is spilled, all later ones are, until the
/// sender has taken the last of these: so there is one order, memory before file before the open batch.
/// </summary>
internal sealed class ShardOutbox(
    string producer, int shard, EventBusOptions options, MemoryBudget memory, SpillFile spill, PublisherCounters counters)
{
    /// <summary>What an event takes beyond its bytes: the array's head and its place in a list.</summary>
    private const int EventOverhead = 32;

    private readonly string _idPrefix = string.Create(CultureInfo.InvariantCulture, $"{producer}-{shard}-");
    private readonly Lock _lock = new();
    private readonly Queue<Outgoing> _waiting = new();
    private readonly Queue<SpilledBatch> _spilled = new();
    private List<byte[]> _open = [];
    private long _openBytes;
    private bool _openReady;
    private long _number = 1;
    private bool _completed;
    private bool _leaving;
    private TaskCompletionSource? _idle;

    public int Shard => shard;

    /// <summary>Whether no more is added.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_lock)
            {
                return _completed;
            }
        }
    }

    /// <summary>Serialises an event into the open batch. False when the batch is full and there is no room to freeze it.</summary>
    public bool Add(EventWriter writer, in PendingEvent pending)
    {
        lock (_lock)
        {
            var payload = writer.Write(string.Create(CultureInfo.InvariantCulture, $"{_idPrefix}{_number}.{_open.Count}"), pending);
            _open.Add(payload);
            _openBytes += payload.Length + EventOverhead;
            return !IsFull || TryFreeze();
        }
    }

    /// <summary>Tries again to freeze a full batch; true when there is room to go on adding.</summary>
    public bool TryMakeRoom()
    {
        lock (_lock)
        {
            return !IsFull || TryFreeze();
        }
    }

    /// <summary>Lets the sender have the open batch although it is not full.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_open.Count > 0)
            {
                _openReady = true;
                Wake();
            }
        }
    }

    /// <summary>Says that nothing more is added.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            _openReady = true;
            Wake();
        }
    }

    /// <summary>Takes the next batch; the open one only when nothing else waits.</summary>
    public bool TryTake(out Outgoing next)
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out next))
            {
                return true;
            }

            if (_spilled.TryDequeue(out var spilled))
            {
                next = new Outgoing(null, 0, spilled);
                return true;
            }

            if (_open.Count > 0 && _openReady)
            {
                memory.Take(_openBytes);
                next = Freeze();
                return true;
            }

            return false;
        }
    }

    /// <summary>Completes when there may be something to take.</summary>
    public Task WorkAsync()
    {
        lock (_lock)
        {
            return _completed || _waiting.Count > 0 || _spilled.Count > 0 || (_open.Count > 0 && _openReady)
                ? Task.CompletedTask
                : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>
    /// The process stops and the sender has ended: moves what is in memory to the spill file, counts what finds no place as lost.
    /// What is added afterwards goes the same way, the last of it with another call.
    /// </summary>
    /// <param name="inFlight">What the sender had taken; it is unknown whether the log has it.</param>
    /// <param name="unconfirmed">
    /// What the log had acknowledged just before it went away. It counts as sent; whoever adopts the file sends what the log forgot.
    /// </param>
    public void Leave(Outgoing? inFlight = null, IReadOnlyList<Outgoing>? unconfirmed = null)
    {
        lock (_lock)
        {
            _leaving = true;
            foreach (var kept in unconfirmed ?? [])
            {
                if (kept.Batch is { } acknowledged)
                {
                    spill.TryAppend(shard, acknowledged.Number, acknowledged.Events);
                }
            }

            if (inFlight is { Batch: { } unknown })
            {
                Leave(unknown.Number, unknown.Events);
            }

            while (_waiting.TryDequeue(out var waiting))
            {
                Leave(waiting.Number, waiting.Batch!.Events);
                memory.Release(waiting.Bytes);
            }

            if (_open.Count > 0)
            {
                Leave(_number, _open);
                Renew();
            }
        }
    }

    private bool IsFull => _open.Count >= options.BatchEvents || _openBytes >= options.BatchBytes;

    private bool TryFreeze()
    {
        if (_leaving)
        {
            Leave(_number, _open);
            Renew();
            return true;
        }

        if (_spilled.Count == 0 && memory.TryTake(_openBytes))
        {
            _waiting.Enqueue(Freeze());
            Wake();
            return true;
        }

        if (spill.TryAppend(shard, _number, _open) is { } record)
        {
            counters.Spilled(_open.Count);
            _spilled.Enqueue(record);
            Renew();
            Wake();
            return true;
        }

        // No room anywhere: the sender may still take it as it is.
        _openReady = true;
        Wake();
        return false;
    }

    private Outgoing Freeze()
    {
        var frozen = new Outgoing(new EventBatch(producer, shard, _number, _open), _openBytes, default);
        Renew();
        return frozen;
    }

    private void Renew()
    {
        _number++;
        _open = new List<byte[]>(Math.Min(options.BatchEvents, _open.Count + 16));
        _openBytes = 0;
        _openReady = _completed;
    }

    private void Leave(long number, IReadOnlyList<byte[]> events)
    {
        if (spill.TryAppend(shard, number, events) is not null)
        {
            counters.Spilled(events.Count);
        }
        else
        {
            counters.Lost(events.Count);
        }
    }

    private void Wake()
    {
        _idle?.TrySetResult();
        _idle = null;
    }
}
