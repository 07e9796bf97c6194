namespace FakeAi.EventBus.Streams;

/// <summary>One entry of a shard's stream.</summary>
/// <param name="Id">The log's own id, increasing within the shard.</param>
/// <param name="Payload">The event's JSON; empty for an entry that was deleted while it was pending.</param>
public readonly record struct LogEntry(string Id, byte[] Payload);

/// <summary>Which entries to read.</summary>
public enum ReadFrom
{
    /// <summary>Entries that no owner of the shard was given yet.</summary>
    New,

    /// <summary>Entries that this owner or one before it was given and did not finish, in the log's order.</summary>
    Pending,
}

/// <summary>Where a shard's state stands.</summary>
/// <param name="Version">Counts the applied batches and resets.</param>
/// <param name="Epoch">Counts the resets.</param>
public readonly record struct ShardPosition(long Version, long Epoch);

/// <summary>An entry that cannot be applied.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Reason">Why, at most 512 characters.</param>
public readonly record struct DeadEntry(LogEntry Entry, string Reason);

/// <summary>The whole effect of a batch of entries on one shard. It happens once and completely, or not at all.</summary>
/// <param name="Expected">The version of the state on which the effect was computed.</param>
/// <param name="Entries">Ids of all entries that are done with, dead ones included.</param>
/// <param name="Dead">Entries that go to the dead-letter stream.</param>
/// <param name="Ops">Changes of the state, in order; <see cref="IncrementFields"/> before all others, since they alone can be refused half-way.</param>
public sealed record BatchEffect(
    long Expected, IReadOnlyList<string> Entries, IReadOnlyList<DeadEntry> Dead, IReadOnlyList<StateOp> Ops);

/// <summary>Answer to an apply.</summary>
/// <param name="Applied">
/// False when the state had moved on since <see cref="BatchEffect.Expected"/>, or an older entry is pending; nothing happened then.
/// </param>
/// <param name="Version">The state's version now.</param>
public readonly record struct ApplyResult(bool Applied, long Version);
