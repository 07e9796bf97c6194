namespace FakeAi.EventBus.Consuming;

/// <summary>What a process's consumer did since its start.</summary>
public sealed class ConsumerCounters
{
    private long _applied;
    private long _dead;
    private long _batches;
    private long _conflicts;
    private long _taken;
    private long _lost;
    private int _owned;

    /// <summary>Events from the log whose effect was applied by this process, as far as it was told.</summary>
    public long AppliedEvents => Interlocked.Read(ref _applied);

    /// <summary>Entries that went to the dead letters.</summary>
    public long DeadEntries => Interlocked.Read(ref _dead);

    /// <summary>Batches of entries that this process was given.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Batches that were computed again because the state had moved, as a reset does.</summary>
    public long Conflicts => Interlocked.Read(ref _conflicts);

    /// <summary>Leases that were taken, also those taken anew after the log had been away.</summary>
    public long LeasesTaken => Interlocked.Read(ref _taken);

    /// <summary>Leases that another had, or nobody, when this process still believed in them; what it had computed was dropped.</summary>
    public long LeasesLost => Interlocked.Read(ref _lost);

    /// <summary>Shards that this process reads now, as far as it knows.</summary>
    public int OwnedShards => Volatile.Read(ref _owned);

    internal void Applied(int events, int dead)
    {
        Interlocked.Add(ref _applied, events);
        Interlocked.Add(ref _dead, dead);
    }

    internal void Batch() => Interlocked.Increment(ref _batches);

    internal void Conflict() => Interlocked.Increment(ref _conflicts);

    internal void LeaseTaken()
    {
        Interlocked.Increment(ref _taken);
        Interlocked.Increment(ref _owned);
    }

    internal void LeaseLost() => Interlocked.Increment(ref _lost);

    /// <summary>After each lease that was taken, however it ended.</summary>
    internal void LeaseEnded() => Interlocked.Decrement(ref _owned);
}
