namespace FakeAi.EventBus.Consuming;

/// <summary>What a process's consumer did since its start.</summary>
public sealed class ConsumerCounters
{
    private long _applied;
    private long _dead;
    private long _conflicts;

    /// <summary>Events whose effect was applied by this process.</summary>
    public long AppliedEvents => Interlocked.Read(ref _applied);

    /// <summary>Entries that went to the dead letters.</summary>
    public long DeadEntries => Interlocked.Read(ref _dead);

    /// <summary>Batches that were computed again because another process had moved the state.</summary>
    public long Conflicts => Interlocked.Read(ref _conflicts);

    internal void Applied(int events, int dead)
    {
        Interlocked.Add(ref _applied, events);
        Interlocked.Add(ref _dead, dead);
    }

    internal void Conflict() => Interlocked.Increment(ref _conflicts);
}
