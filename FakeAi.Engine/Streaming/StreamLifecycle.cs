namespace FakeAi.Engine.Streaming;

/// <summary>
/// A stream's state; the only place where it changes. Safe from any thread: a move is one atomic exchange, so that exactly
/// one final state wins and the loser learns of it.
/// </summary>
internal sealed class StreamLifecycle
{
    private const int CauseShift = 8;
    private const int StateMask = (1 << CauseShift) - 1;

    private int _bits;

    public StreamState State => (StreamState)(Volatile.Read(ref _bits) & StateMask);

    /// <summary>On whose account it is in that state.</summary>
    public StreamCause Cause => (StreamCause)(Volatile.Read(ref _bits) >> CauseShift);

    /// <summary>Whether an administrator's pause holds; a client that does not read is another matter.</summary>
    public bool IsHeld => Volatile.Read(ref _bits) == Bits(StreamState.Paused, StreamCause.Admin);

    /// <summary>Moves to a state if that is legal from where the stream is.</summary>
    public bool TryMove(StreamState to, StreamCause cause = StreamCause.None)
    {
        while (true)
        {
            var bits = Volatile.Read(ref _bits);
            if (!IsLegal((StreamState)(bits & StateMask), (StreamCause)(bits >> CauseShift), to, cause))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _bits, Bits(to, cause), bits) == bits)
            {
                return true;
            }
        }
    }

    private static int Bits(StreamState state, StreamCause cause) => (int)state | ((int)cause << CauseShift);

    private static bool IsLegal(StreamState from, StreamCause held, StreamState to, StreamCause by) => (from, to) switch
    {
        (StreamState.Initializing, StreamState.Running) => true,
        (StreamState.Running, StreamState.Paused) => true,

        // An administrator's pause takes over a client's, and only an administrator ends it.
        (StreamState.Paused, StreamState.Paused) => held == StreamCause.Client && by == StreamCause.Admin,
        (StreamState.Paused, StreamState.Running) => held == by,

        // A pause that comes while the last byte is written changes nothing any more.
        (StreamState.Running or StreamState.Paused, StreamState.Completed) => true,
        (StreamState.Initializing or StreamState.Running or StreamState.Paused, StreamState.Failed or StreamState.Cancelled or StreamState.TimedOut) => true,
        _ => false,
    };
}
