using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Realtime;

/// <summary>A response's place with a worker, which it may have to wait for. Disposing it ends the wait or frees the place.</summary>
internal sealed class ResponsePlace : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private readonly Task<WorkerSlot> _entering;
    private bool _disposed;

    /// <param name="enter">Asks for the place.</param>
    /// <param name="decided">Called, on any thread, when a wait is over.</param>
    public ResponsePlace(Func<CancellationToken, ValueTask<WorkerSlot>> enter, Action decided)
    {
        _entering = enter(_left.Token).AsTask();
        if (!_entering.IsCompleted)
        {
            _ = TellAsync(decided);
        }
    }

    /// <summary>Whether the wait is over, one way or the other.</summary>
    public bool IsDecided => _entering.IsCompleted;

    /// <summary>The place; null where there is none, or not yet.</summary>
    public WorkerSlot? Slot => _entering.IsCompletedSuccessfully ? _entering.Result : null;

    /// <summary>Whether it waited until its time was up.</summary>
    public bool TimedOut => _entering.Exception?.InnerException is AdmissionRefusedException { TimedOut: true };

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _left.Cancel();
        _ = FreeAsync();
    }

    private async Task TellAsync(Action decided)
    {
        await ((Task)_entering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        decided();
    }

    /// <summary>A place that came although nobody waits any more is given back as well.</summary>
    private async Task FreeAsync()
    {
        await ((Task)_entering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Slot?.Dispose();
        _left.Dispose();
    }
}
