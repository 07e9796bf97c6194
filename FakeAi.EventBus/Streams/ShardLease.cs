namespace FakeAi.EventBus.Streams;

/// <summary>The right to read and apply one shard, good until another lease of the shard is given.</summary>
/// <param name="Shard">The shard, from 0.</param>
/// <param name="Holder">The process that holds it.</param>
/// <param name="Token">Fencing token: greater than that of every lease of the shard before.</param>
public sealed record ShardLease(int Shard, string Holder, long Token);

/// <summary>Answer to somebody who wants a shard.</summary>
/// <param name="Lease">The lease, or null where another holds the shard.</param>
/// <param name="Position">Where the shard's state stands.</param>
/// <param name="Owner">Who holds the shard now.</param>
public sealed record LeaseAnswer(ShardLease? Lease, ShardPosition Position, string Owner);

/// <summary>What waits in a shard.</summary>
/// <param name="Entries">Entries that are not applied yet.</param>
/// <param name="OldestMs">How long the oldest of them has been in the log, milliseconds; 0 when none waits.</param>
public readonly record struct ShardBacklog(long Entries, long OldestMs);
