namespace FakeAi.EventBus.Publishing;

/// <summary>A publisher's counters. An event moves from one to another in one step, so that every reading adds up.</summary>
internal sealed class PublisherCounters
{
    private readonly Lock _lock = new();
    private EventPublisherStats _stats;
    private long _accepted;
    private long _refused;

    public EventPublisherStats Stats
    {
        get
        {
            lock (_lock)
            {
                // Counted before it is queued, so an event is never acknowledged before it counts as accepted.
                var accepted = Interlocked.Read(ref _accepted);
                return _stats with
                {
                    Queued = accepted - _stats.Sent - _stats.SpillWaiting - _stats.Lost,
                    Refused = Interlocked.Read(ref _refused),
                };
            }
        }
    }

    public void Accept() => Interlocked.Increment(ref _accepted);

    /// <summary>Takes an acceptance back; true for the first refusal.</summary>
    public bool Refuse()
    {
        Interlocked.Decrement(ref _accepted);
        return Interlocked.Increment(ref _refused) == 1;
    }

    public void Acknowledged(int events, bool fromSpill)
    {
        lock (_lock)
        {
            _stats = _stats with { Sent = _stats.Sent + events, SpillWaiting = _stats.SpillWaiting - (fromSpill ? events : 0) };
        }
    }

    public void Resent(int events)
    {
        lock (_lock)
        {
            _stats = _stats with { Resent = _stats.Resent + events };
        }
    }

    public void Spilled(int events)
    {
        lock (_lock)
        {
            _stats = _stats with { Spilled = _stats.Spilled + events, SpillWaiting = _stats.SpillWaiting + events };
        }
    }

    public void Lost(int events, bool fromSpill = false)
    {
        lock (_lock)
        {
            _stats = _stats with { Lost = _stats.Lost + events, SpillWaiting = _stats.SpillWaiting - (fromSpill ? events : 0) };
        }
    }

    public void Adopted(int events)
    {
        lock (_lock)
        {
            _stats = _stats with { Adopted = _stats.Adopted + events };
        }
    }

    public void Missing(long batches)
    {
        lock (_lock)
        {
            _stats = _stats with { MissingBatches = _stats.MissingBatches + batches };
        }
    }

    public void SetAside()
    {
        lock (_lock)
        {
            _stats = _stats with { FilesSetAside = _stats.FilesSetAside + 1 };
        }
    }
}
