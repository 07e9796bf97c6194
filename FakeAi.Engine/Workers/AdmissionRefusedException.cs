namespace FakeAi.Engine.Workers;

/// <summary>A request got no worker. The dialect answers with its provider's words for an overloaded server, or for a timeout.</summary>
internal sealed class AdmissionRefusedException(bool timedOut) : Exception(timedOut ? "Waited too long for a worker." : "No worker is free and the queue is full.")
{
    /// <summary>Whether it waited until its time was up; otherwise the queue was full.</summary>
    public bool TimedOut { get; } = timedOut;
}
