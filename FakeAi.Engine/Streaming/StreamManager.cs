using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// Counts the answers under way, bounds them, runs each on the wheel, and takes commands for them: status, cancel, pause, resume.
/// </summary>
internal sealed class StreamManager(WheelThread wheel, EngineClock clock, IHostApplicationLifetime lifetime, IOptions<EngineOptions> options)
{
    private static readonly Action<object?> s_left = static handle => ((StreamHandle)handle!).TryCancel(StreamCause.Client);
    private static readonly Action<object?> s_stopping = static handle => ((StreamHandle)handle!).TryCancel(StreamCause.Shutdown);
    private static readonly Action<object?> s_allStopping = static manager => ((StreamManager)manager!).EndAll();

    private readonly int _most = options.Value.MaxStreams;
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
    private readonly TimeSpan _idle = TimeSpan.FromSeconds(options.Value.IdleTimeoutSeconds);
    private readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(options.Value.KeepAliveSeconds);
    private readonly StreamRegistry _registry = new();
    private int _active;
    private int _listens;

    /// <summary>Answers under way.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Streams in the books that have not ended.</summary>
    public int Running => _registry.Running;

    /// <summary>Ended streams that are still remembered.</summary>
    public int Remembered => _registry.Ended;

    /// <summary>The engine's time, microseconds.</summary>
    public long NowUs => clock.NowUs;

    /// <summary>Takes a slot, to be given back by <see cref="Release"/>. False when all are taken.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _active) <= _most)
        {
            return true;
        }

        Interlocked.Decrement(ref _active);
        return false;
    }

    public void Release() => Interlocked.Decrement(ref _active);

    /// <summary>Enters a stream into the books, with the engine's limits. Dispose the handle when the stream has ended.</summary>
    public StreamHandle Open(StreamContext context, long receivedUs) => _registry.Add(
        context with { Timeout = _timeout, IdleTimeout = _idle, KeepAlive = _keepAlive }, c => new StreamHandle(this, c, receivedUs));

    /// <summary>Runs a stream to its end. The client's going away and the engine's stopping end it within a tick.</summary>
    public async Task<StreamOutcome> RunAsync(PacedStream stream, CancellationToken aborted)
    {
        var handle = stream.Handle;
        handle.Lifecycle.TryMove(StreamState.Running);
        var now = clock.NowUs;
        var next = stream.FirstDueUs;
        if (next <= now)
        {
            // Due already: begin here and spare the way over the wheel's thread, which must not know the stream before.
            next = stream.OnDue(now);
        }

        if (next == WheelItem.Done)
        {
            return await stream.Completion;
        }

        handle.Item = stream;
        Schedule(stream, next);
        if (Interlocked.Exchange(ref _listens, 1) == 0)
        {
            // One for all: a registration each would be held for as long as each stream.
            lifetime.ApplicationStopping.UnsafeRegister(s_allStopping, this);
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            handle.TryCancel(StreamCause.Shutdown);
        }

        if (handle.Lifecycle.State != StreamState.Running)
        {
            // A command that came before the wheel knew the stream.
            Wake(handle);
        }

        await using var left = aborted.UnsafeRegister(s_left, handle);
        return await stream.Completion;
    }

    /// <summary>Lets a stream that is not paced by the wheel hear of its client's going away and the engine's stopping.</summary>
    public StreamWatch Watch(StreamHandle handle, WheelItem item, CancellationToken aborted)
    {
        handle.Item = item;
        return Watch(handle, aborted);
    }

    /// <summary>The same for a stream that does not run yet: only its <see cref="StreamHandle.Stopping"/> tells of it.</summary>
    public StreamWatch Watch(StreamHandle handle, CancellationToken aborted) =>
        new(aborted.UnsafeRegister(s_left, handle), lifetime.ApplicationStopping.UnsafeRegister(s_stopping, handle));

    /// <summary>Has the wheel call an item at a time.</summary>
    public void Schedule(WheelItem item, long dueUs) => wheel.Schedule(item, Math.Max(dueUs, clock.NowUs));

    /// <summary>Has the wheel look after a stream at once.</summary>
    public void Wake(StreamHandle handle)
    {
        if (handle.Item is { } item)
        {
            Schedule(item, 0);
        }
    }

    /// <summary>Takes a stream out of the running ones.</summary>
    public void Close(StreamHandle handle) => _registry.Retire(handle, clock.NowUs);

    /// <summary>A running or lately ended stream; null where the id is not known.</summary>
    public StreamStatus? Status(string id) =>
        _registry.Find(id) is { } handle ? StreamStatus.Of(handle, clock.NowUs) : _registry.FindEnded(id);

    /// <summary>A running or lately ended stream's figures; null where the id is not known.</summary>
    public StreamMetrics? Metrics(string id) => Status(id)?.Metrics;

    /// <summary>Streams of a state and a model, or of any; at most 1,000.</summary>
    public StreamList List(string? state, string? model) => new(
        _registry.List(
            s => (state is null || s.State == state) && (model is null || string.Equals(s.Model, model, StringComparison.OrdinalIgnoreCase)),
            StreamRegistry.MostEnded, clock.NowUs),
        Running);

    public CommandResult Cancel(string id) => Command(id, static h => h.TryCancel(StreamCause.Admin));

    public CommandResult Pause(string id) => Command(id, static h => h.TryPause());

    public CommandResult Resume(string id) => Command(id, static h => h.TryResume());

    private void EndAll()
    {
        foreach (var handle in _registry.All)
        {
            handle.TryCancel(StreamCause.Shutdown);
        }
    }

    private CommandResult Command(string id, Func<StreamHandle, bool> command)
    {
        if (_registry.Find(id) is { } handle)
        {
            return command(handle) ? CommandResult.Done : CommandResult.WrongState;
        }

        return _registry.FindEnded(id) is null ? CommandResult.Unknown : CommandResult.WrongState;
    }
}

/// <summary>What became of a command.</summary>
internal enum CommandResult
{
    Done,

    /// <summary>No such stream, or it ended too long ago.</summary>
    Unknown,

    /// <summary>Not in a state that allows it.</summary>
    WrongState,
}

/// <summary>Registrations for a stream's end from outside; dispose them with it.</summary>
internal readonly record struct StreamWatch(CancellationTokenRegistration Left, CancellationTokenRegistration Stopping) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Left.DisposeAsync();
        await Stopping.DisposeAsync();
    }
}
