using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Streaming;

/// <summary>Counts the answers under way, bounds them, and runs each on the wheel.</summary>
internal sealed class StreamManager(WheelThread wheel, EngineClock clock, IHostApplicationLifetime lifetime, IOptions<EngineOptions> options)
{
    private static readonly Action<object?> s_cancel = static state =>
    {
        var (manager, stream) = ((StreamManager, PacedStream))state!;
        stream.Cancel();
        manager.Schedule(stream, 0);
    };

    private readonly int _most = options.Value.MaxStreams;
    private int _active;

    /// <summary>Answers under way.</summary>
    public int Active => Volatile.Read(ref _active);

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

    /// <summary>Runs a stream to its end. The client's going away and the engine's stopping end it within a tick.</summary>
    public async Task<StreamOutcome> RunAsync(PacedStream stream, CancellationToken aborted)
    {
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

        Schedule(stream, next);
        object state = (this, stream);
        await using var left = aborted.UnsafeRegister(s_cancel, state);
        await using var stopping = lifetime.ApplicationStopping.UnsafeRegister(s_cancel, state);
        return await stream.Completion;
    }

    private void Schedule(PacedStream stream, long dueUs) => wheel.Schedule(stream, Math.Max(dueUs, clock.NowUs));
}
