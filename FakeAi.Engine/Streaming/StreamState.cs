namespace FakeAi.Engine.Streaming;

/// <summary>Where a stream is in its life.</summary>
internal enum StreamState
{
    /// <summary>Taken in; its answer is being made or waits for its turn.</summary>
    Initializing,

    /// <summary>Told by its schedule.</summary>
    Running,

    /// <summary>Stands still: see <see cref="StreamCause"/>.</summary>
    Paused,

    /// <summary>Told whole.</summary>
    Completed,

    /// <summary>Could not be made or written.</summary>
    Failed,

    /// <summary>Ended on purpose.</summary>
    Cancelled,

    /// <summary>Took too long in all, or stood still too long.</summary>
    TimedOut,
}

/// <summary>On whose account a stream is in its state.</summary>
internal enum StreamCause
{
    None,

    /// <summary>An administrator paused or cancelled it.</summary>
    Admin,

    /// <summary>The client does not read (paused), or left (cancelled).</summary>
    Client,

    /// <summary>The engine stops.</summary>
    Shutdown,

    /// <summary>It stood still for longer than the idle timeout.</summary>
    Idle,
}

/// <summary>Names of the states on the wire.</summary>
internal static class StreamStates
{
    public static bool IsFinal(this StreamState state) => state >= StreamState.Completed;

    public static string Word(this StreamState state) => state switch
    {
        StreamState.Initializing => "initializing",
        StreamState.Running => "running",
        StreamState.Paused => "paused",
        StreamState.Completed => "completed",
        StreamState.Failed => "failed",
        StreamState.Cancelled => "cancelled",
        _ => "timed_out",
    };

    public static string? Word(this StreamCause cause) => cause switch
    {
        StreamCause.None => null,
        StreamCause.Admin => "admin",
        StreamCause.Client => "client",
        StreamCause.Shutdown => "shutdown",
        _ => "idle",
    };
}
