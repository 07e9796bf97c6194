namespace FakeAi.ServiceDefaults.Vitals;

/// <summary>Counts the requests under way in this process, health endpoints aside.</summary>
public sealed class RequestGauge
{
    private int _active;

    /// <summary>Requests under way now.</summary>
    public int Active => Volatile.Read(ref _active);

    internal void Enter() => Interlocked.Increment(ref _active);

    internal void Leave() => Interlocked.Decrement(ref _active);
}
