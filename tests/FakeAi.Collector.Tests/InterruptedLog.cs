using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Tests;

/// <summary>A log whose reader is interrupted once, after it was told what changed and before it reads that.</summary>
internal sealed class InterruptedLog(IEventLog log) : IEventLog
{
    public Func<Task>? Meanwhile { get; set; }

    /// <summary>Whether looks at how much waits fail.</summary>
    public bool IsAway { get; set; }

    public ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken) => log.GetShardCountAsync(cancellationToken);

    public ValueTask<AppendResult> AppendAsync(EventBatch batch, bool rebase, CancellationToken cancellationToken) =>
        log.AppendAsync(batch, rebase, cancellationToken);

    public ValueTask<long> GetLastAsync(string producer, int shard, CancellationToken cancellationToken) => log.GetLastAsync(producer, shard, cancellationToken);

    public ValueTask<LeaseAnswer> AcquireAsync(int shard, string holder, CancellationToken cancellationToken) =>
        log.AcquireAsync(shard, holder, cancellationToken);

    public ValueTask ReleaseAsync(ShardLease lease, CancellationToken cancellationToken) => log.ReleaseAsync(lease, cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> ReadAsync(ShardLease lease, ReadFrom from, int count, CancellationToken cancellationToken) =>
        log.ReadAsync(lease, from, count, cancellationToken);

    public ValueTask<ApplyResult> ApplyAsync(ShardLease lease, BatchEffect effect, CancellationToken cancellationToken) =>
        log.ApplyAsync(lease, effect, cancellationToken);

    public ValueTask<ShardBacklog> GetBacklogAsync(int shard, CancellationToken cancellationToken) =>
        IsAway ? throw new EventLogUnavailableException("away") : log.GetBacklogAsync(shard, cancellationToken);

    public ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken) =>
        log.ResetAsync(shard, reset, cancellationToken);

    public ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken) => log.CountAsync(shard, cancellationToken);

    public ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken) =>
        log.ReadDeadAsync(shard, count, cancellationToken);

    public IShardState GetState(int shard) => new State(this, log.GetState(shard));

    private sealed class State(InterruptedLog owner, IShardState state) : IShardState
    {
        public async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>?>> GetAsync(
            IReadOnlyList<string> documents, CancellationToken cancellationToken)
        {
            if (owner.Meanwhile is { } meanwhile)
            {
                owner.Meanwhile = null;
                await meanwhile();
            }

            return await state.GetAsync(documents, cancellationToken);
        }

        public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> RangeAsync(string index, int count, CancellationToken cancellationToken) =>
            state.RangeAsync(index, count, cancellationToken);

        public ValueTask<ShardChanges> ChangesAsync(long afterVersion, CancellationToken cancellationToken) =>
            state.ChangesAsync(afterVersion, cancellationToken);

        public ValueTask<string> GetLiveEndAsync(CancellationToken cancellationToken) => state.GetLiveEndAsync(cancellationToken);

        public ValueTask<IReadOnlyList<LiveItem>> ReadLiveAsync(string afterId, int count, CancellationToken cancellationToken) =>
            state.ReadLiveAsync(afterId, count, cancellationToken);
    }
}
