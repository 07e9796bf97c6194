using System.Collections.Concurrent;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Tests.Publishing;

/// <summary>What happens to one append.</summary>
internal enum Fate
{
    Works,
    Refused,
    AnswerLost,
    Hangs,
}

/// <summary>
/// The publishing half of a log with the same rules as the real ones, which fails, loses answers, hangs and forgets as a test
/// tells it to. Keeps what was appended.
/// </summary>
internal sealed class ScriptedLog(int shards = 4) : IEventLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Producer, int Shard), long> _last = [];
    private readonly List<EventBatch> _batches = [];

    /// <summary>Nothing answers.</summary>
    public volatile bool Away;

    /// <summary>What happens to an append; told the batch.</summary>
    public Func<EventBatch, Fate> Fates { get; set; } = static _ => Fate.Works;

    /// <summary>Everything asked of the log, in order, for tests that care about attempts.</summary>
    public ConcurrentQueue<EventBatch> Attempts { get; } = new();

    /// <summary>Batches in the log, in order.</summary>
    public IReadOnlyList<EventBatch> Batches
    {
        get
        {
            lock (_lock)
            {
                return [.. _batches];
            }
        }
    }

    public IReadOnlyList<FakeAiEvent> Events => [.. Batches.SelectMany(b => b.Events).Select(e => EventJson.Read(e))];

    /// <summary>The newest batches of a shard were not written down when the server died.</summary>
    public void Forget(int shard, int batches)
    {
        lock (_lock)
        {
            for (var i = 0; i < batches; i++)
            {
                var at = _batches.FindLastIndex(b => b.Shard == shard);
                var forgotten = _batches[at];
                _batches.RemoveAt(at);
                _last[(forgotten.Producer, shard)] = forgotten.Number - 1;
            }
        }
    }

    public ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return ValueTask.FromResult(shards);
    }

    public async ValueTask<AppendResult> AppendAsync(EventBatch batch, bool rebase, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Attempts.Enqueue(batch);
        ThrowIfAway();
        var fate = Fates(batch);
        if (fate == Fate.Hangs)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (fate == Fate.Refused)
        {
            throw new EventLogUnavailableException("refused");
        }

        var result = Append(batch, rebase);
        return fate == Fate.AnswerLost ? throw new EventLogUnavailableException("answer lost") : result;
    }

    public ValueTask<long> GetLastAsync(string producer, int shard, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        lock (_lock)
        {
            return ValueTask.FromResult(_last.GetValueOrDefault((producer, shard)));
        }
    }

    public ValueTask<LeaseAnswer> AcquireAsync(int shard, string holder, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask ReleaseAsync(ShardLease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<LogEntry>> ReadAsync(ShardLease lease, ReadFrom from, int count, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ApplyResult> ApplyAsync(ShardLease lease, BatchEffect effect, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ShardBacklog> GetBacklogAsync(int shard, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IShardState GetState(int shard) => throw new NotSupportedException();

    private AppendResult Append(EventBatch batch, bool rebase)
    {
        lock (_lock)
        {
            var key = (batch.Producer, batch.Shard);
            var last = _last.GetValueOrDefault(key);
            if (batch.Number <= last)
            {
                return new AppendResult(AppendOutcome.AlreadyThere, last);
            }

            if (batch.Number > last + 1 && !rebase)
            {
                return new AppendResult(AppendOutcome.Gap, last);
            }

            _batches.Add(batch);
            _last[key] = batch.Number;
            return new AppendResult(AppendOutcome.Appended, batch.Number);
        }
    }

    private void ThrowIfAway()
    {
        if (Away)
        {
            throw new EventLogUnavailableException("away");
        }
    }
}
