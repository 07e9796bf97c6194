namespace FakeAi.EventBus;

/// <summary>
/// What became of the events handed to a publisher, counted since the process started. At every moment
/// <c>accepted = Sent + Queued + SpillWaiting + Lost</c>, where accepted are those that <see cref="IEventPublisher.Publish"/>
/// took. What was adopted from processes that are gone is in none of these four.
/// </summary>
public readonly record struct EventPublisherStats
{
    /// <summary>Events that wait in this process's memory, those under way to the log included.</summary>
    public long Queued { get; init; }

    /// <summary>Events that the log acknowledged; each counts once, however often it was sent.</summary>
    public long Sent { get; init; }

    /// <summary>Events handed to the log another time: the outcome was unknown, the log had refused, or it had forgotten them.</summary>
    public long Resent { get; init; }

    /// <summary>Events ever written to this process's spill file, whatever became of them since.</summary>
    public long Spilled { get; init; }

    /// <summary>Events in this process's spill file that the log has not acknowledged.</summary>
    public long SpillWaiting { get; init; }

    /// <summary>Events that were not taken: the queue was full, or the publisher had stopped. Not part of accepted.</summary>
    public long Refused { get; init; }

    /// <summary>Events that were taken and are gone: nowhere to keep them at the stop, or damaged in the spill file.</summary>
    public long Lost { get; init; }

    /// <summary>Events of processes that are gone, appended to the log by this one from their spill files.</summary>
    public long Adopted { get; init; }

    /// <summary>Batches of processes that are gone which are neither in the log nor readable in their spill files.</summary>
    public long MissingBatches { get; init; }

    /// <summary>Spill files of other processes put aside for people to look at: damaged ones and ones too old to replay.</summary>
    public long FilesSetAside { get; init; }
}
