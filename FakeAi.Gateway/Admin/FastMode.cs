namespace FakeAi.Gateway.Admin;

/// <summary>Whether engines are told to skip every simulated wait. Off at start; kept by this gateway alone.</summary>
internal sealed class FastMode
{
    private int _enabled;

    public bool Enabled => Volatile.Read(ref _enabled) != 0;

    public void Set(bool enabled) => Volatile.Write(ref _enabled, enabled ? 1 : 0);

    /// <summary>Turns it over and gives the new state.</summary>
    public bool Toggle()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _enabled);
        }
        while (Interlocked.CompareExchange(ref _enabled, 1 - seen, seen) != seen);

        return seen == 0;
    }
}
