using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Memory;

/// <summary>The event log within one process: same behaviour as the one in Redis, gone with the process.</summary>
public sealed class InMemoryEventLog : IEventLog
{
    private readonly InMemoryShard[] _shards;

    /// <summary>Makes an empty log.</summary>
    public InMemoryEventLog(IOptions<EventBusOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _shards = [.. Enumerable.Range(0, options.Value.Shards).Select(_ => new InMemoryShard(options.Value, time))];
    }

    /// <inheritdoc/>
    public ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_shards.Length);

    /// <inheritdoc/>
    public ValueTask<AppendResult> AppendAsync(EventBatch batch, bool rebase, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return ValueTask.FromResult(_shards[batch.Shard].Append(batch, rebase));
    }

    /// <inheritdoc/>
    public ValueTask<long> GetLastAsync(string producer, int shard, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_shards[shard].GetLast(producer));

    /// <inheritdoc/>
    public ValueTask<LeaseAnswer> AcquireAsync(int shard, string holder, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_shards[shard].Acquire(shard, holder));

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(ShardLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        _shards[lease.Shard].Release(lease);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogEntry>> ReadAsync(ShardLease lease, ReadFrom from, int count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return ValueTask.FromResult(_shards[lease.Shard].Read(lease, from, count));
    }

    /// <inheritdoc/>
    public ValueTask<ApplyResult> ApplyAsync(ShardLease lease, BatchEffect effect, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(effect);
        return ValueTask.FromResult(_shards[lease.Shard].Apply(lease, effect));
    }

    /// <inheritdoc/>
    public ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reset);
        return ValueTask.FromResult(_shards[shard].Reset(reset));
    }

    /// <inheritdoc/>
    public ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken) => ValueTask.FromResult(_shards[shard].Count);

    /// <inheritdoc/>
    public ValueTask<ShardBacklog> GetBacklogAsync(int shard, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_shards[shard].Backlog);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_shards[shard].ReadDead(count));

    /// <inheritdoc/>
    public IShardState GetState(int shard) => _shards[shard];
}
