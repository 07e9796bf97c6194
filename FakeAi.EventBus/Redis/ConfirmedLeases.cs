using System.Collections.Concurrent;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Redis;

/// <summary>
/// When this process last heard from Redis that a lease is good. Counted from before the asking, so that what it says is
/// never younger than the truth.
/// </summary>
internal sealed class ConfirmedLeases(TimeProvider time, TimeSpan lease)
{
    private readonly ConcurrentDictionary<int, (long Token, long At)> _confirmed = new();

    /// <summary>The moment to hand to <see cref="Confirm"/> after asking.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>Whether less than a third of the lease's life is over since it was last confirmed.</summary>
    public bool IsFresh(ShardLease held) =>
        _confirmed.TryGetValue(held.Shard, out var last) && last.Token == held.Token && time.GetElapsedTime(last.At) < lease / 3;

    public void Confirm(ShardLease held, long asked) => _confirmed[held.Shard] = (held.Token, asked);
}
