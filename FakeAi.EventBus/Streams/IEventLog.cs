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

    /// <summary>Makes a shard ready for consumers and tells where its state stands.</summary>
    ValueTask<ShardPosition> OpenAsync(int shard, CancellationToken cancellationToken);

    /// <summary>Gives entries to a consumer without waiting for any.</summary>
    ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int shard, string consumer, ReadFrom from, int count, CancellationToken cancellationToken);

    /// <summary>Applies a batch's effect, finishes its entries and moves the state's version, all at once.</summary>
    /// <exception cref="EventLogRejectedException">The log refused an operation; trying again would not help.</exception>
    ValueTask<ApplyResult> ApplyAsync(int shard, BatchEffect effect, CancellationToken cancellationToken);

    /// <summary>Deletes documents and indexes and starts a new epoch; entries and producers stay.</summary>
    ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken);

    /// <summary>Entries in a shard that are not applied yet.</summary>
    ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken);

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
public sealed record StateReset(
    IReadOnlyList<string> DocumentPrefixes, IReadOnlyList<string> Indexes, string TombstonePrefix, int TombstoneSeconds)
{
    /// <summary>The field that marks a document as cleared by a reset.</summary>
    public const string TombstoneField = "~";
}
