namespace FakeAi.EventBus.Streams;

/// <summary>
/// A sharded log of events together with the state that is computed from it. Entries are deleted when applied.
/// All members throw <see cref="EventLogUnavailableException"/> when the log cannot be reached or the outcome is unknown;
/// every call is safe to repeat.
/// </summary>
public interface IEventLog
{
    /// <summary>The number of shards; the first caller of a new log settles it.</summary>
    ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken);

    /// <summary>Appends a batch if it is the producer's next one for the shard.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rebase">Accept the batch although earlier ones are missing for good.</param>
    /// <param name="cancellationToken">Ends the wait, not the effect.</param>
    ValueTask<AppendResult> AppendAsync(EventBatch batch, bool rebase, CancellationToken cancellationToken);

    /// <summary>Number of a producer's last batch in a shard, 0 for none.</summary>
    ValueTask<long> GetLastAsync(string producer, int shard, CancellationToken cancellationToken);

    /// <summary>
    /// Leases a shard to a holder, if it is free or the holder's own already; the holder then gets a new token. Makes the
    /// shard ready for reading. What earlier owners were given and did not finish is the new owner's.
    /// </summary>
    ValueTask<LeaseAnswer> AcquireAsync(int shard, string holder, CancellationToken cancellationToken);

    /// <summary>Gives a lease back, so that another need not wait for its end. Nothing happens when it is lost already.</summary>
    ValueTask ReleaseAsync(ShardLease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Gives entries to the shard's owner, without waiting for any, and renews the lease in good time. A process that lost
    /// its lease a moment ago may still be given some; they stay pending, and so are the owner's.
    /// </summary>
    /// <exception cref="ShardLeaseLostException">The lease is not the shard's any more.</exception>
    ValueTask<IReadOnlyList<LogEntry>> ReadAsync(ShardLease lease, ReadFrom from, int count, CancellationToken cancellationToken);

    /// <summary>
    /// Applies a batch's effect, finishes its entries, moves the state's version and renews the lease, all at once; only on
    /// the expected version, and only when the batch begins with the oldest entry that is pending.
    /// </summary>
    /// <exception cref="ShardLeaseLostException">The lease is not the shard's any more.</exception>
    /// <exception cref="EventLogRejectedException">The log refused an operation, and nothing happened; trying again would not help.</exception>
    ValueTask<ApplyResult> ApplyAsync(ShardLease lease, BatchEffect effect, CancellationToken cancellationToken);

    /// <summary>Deletes documents and indexes and starts a new epoch; entries and producers stay.</summary>
    ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken);

    /// <summary>Entries in a shard that are not applied yet.</summary>
    ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken);

    /// <summary>How much waits in a shard, and for how long.</summary>
    ValueTask<ShardBacklog> GetBacklogAsync(int shard, CancellationToken cancellationToken);

    /// <summary>Reads a shard's dead letters, oldest first.</summary>
    ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken);

    /// <summary>The shard's state.</summary>
    IShardState GetState(int shard);
}

/// <summary>What a reset clears.</summary>
/// <param name="DocumentPrefixes">Documents whose names start with one of these go.</param>
/// <param name="Indexes">Indexes that go.</param>
/// <param name="TombstonePrefix">Documents under this prefix leave a document with the one field <see cref="TombstoneField"/>.</param>
/// <param name="TombstoneSeconds">How long that stays.</param>
/// <param name="Mark">Fields that are set in the same step, such as when it was; null for none.</param>
public sealed record StateReset(
    IReadOnlyList<string> DocumentPrefixes, IReadOnlyList<string> Indexes, string TombstonePrefix, int TombstoneSeconds, SetFields? Mark = null)
{
    /// <summary>The field that marks a document as cleared by a reset.</summary>
    public const string TombstoneField = "~";
}
