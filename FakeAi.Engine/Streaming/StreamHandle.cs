namespace FakeAi.Engine.Streaming;

/// <summary>
/// One stream in the manager's books, from its taking in to its end. Dispose it whatever happens: a stream that has no final
/// state by then failed.
/// <para>Threads: state and commands from any; the recorder belongs to whoever tells the stream.</para>
/// </summary>
internal sealed class StreamHandle : IDisposable
{
    private const long FastestProgressUs = 250_000;

    /// <summary>All streams together tell their progress at most 1,000 times a second.</summary>
    private const long UsPerProgress = 1_000;

    private readonly StreamManager _owner;
    private CancellationTokenSource? _stopping;
    private long _endedUs = -1;
    private int _closed;

    public StreamHandle(StreamManager owner, StreamContext context, long receivedUs)
    {
        _owner = owner;
        Context = context;
        ReceivedUs = receivedUs;
        ProgressEveryUs = Math.Max(FastestProgressUs, (long)owner.Active * UsPerProgress);
        Recorder = new StreamRecorder(receivedUs);
    }

    public StreamContext Context { get; }

    public StreamLifecycle Lifecycle { get; } = new();

    public StreamRecorder Recorder { get; }

    /// <summary>When the request was received, by the engine's clock.</summary>
    public long ReceivedUs { get; }

    /// <summary>How often its progress is told: four times a second, and less where many streams run.</summary>
    public long ProgressEveryUs { get; }

    /// <summary>When it ended; null before.</summary>
    public long? EndedUs => Volatile.Read(ref _endedUs) is >= 0 and var ended ? ended : null;

    /// <summary>What the wheel calls for it; null while initializing.</summary>
    public WheelItem? Item { get; set; }

    /// <summary>Fires when the stream is cancelled, or over. Made when first asked for: streams on the wheel do without.</summary>
    public CancellationToken Stopping
    {
        get
        {
            if (Volatile.Read(ref _stopping) is not { } source)
            {
                var made = new CancellationTokenSource();
                source = Interlocked.CompareExchange(ref _stopping, made, null) ?? made;
                if (Lifecycle.State.IsFinal())
                {
                    source.Cancel();
                }
            }

            return source.Token;
        }
    }

    /// <summary>Cancels it. False when it has ended already.</summary>
    public bool TryCancel(StreamCause cause) => Command(StreamState.Cancelled, cause);

    /// <summary>Holds it; what falls due waits until <see cref="TryResume"/>. False unless it runs.</summary>
    public bool TryPause() => Command(StreamState.Paused, StreamCause.Admin);

    /// <summary>Goes on where it was held. False unless it is.</summary>
    public bool TryResume() => Command(StreamState.Running, StreamCause.Admin);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Lifecycle.TryMove(StreamState.Failed);
            Volatile.Write(ref _endedUs, _owner.NowUs);
            _owner.Close(this);

            // Whoever still works for it, such as a generator that hangs, may stop.
            Volatile.Read(ref _stopping)?.Cancel();
        }
    }

    private bool Command(StreamState to, StreamCause cause)
    {
        if (to == StreamState.Running && !Lifecycle.IsHeld)
        {
            return false;
        }

        if (!Lifecycle.TryMove(to, cause))
        {
            return false;
        }

        if (to == StreamState.Cancelled)
        {
            Volatile.Read(ref _stopping)?.Cancel();
        }

        _owner.Wake(this);
        return true;
    }
}
