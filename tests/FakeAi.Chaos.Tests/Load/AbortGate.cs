using System.Diagnostics;

namespace FakeAi.Chaos.Tests.Load;

/// <summary>
/// Keeps clients that leave apart from engines that die: were both to happen at once, client and gateway could rightly
/// tell different ends of the same request.
/// </summary>
internal sealed class AbortGate
{
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private bool _closed;
    private long _lastAbort = Stopwatch.GetTimestamp() - 10 * Stopwatch.Frequency;

    /// <summary>Lets a client leave, unless an engine is about to die; then it must stay.</summary>
    public bool TryAbort(Action abort)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            abort();
            _lastAbort = Stopwatch.GetTimestamp();
            return true;
        }
    }

    /// <summary>Does what kills an engine when every client that left has been noticed, and lets clients leave again when its end has.</summary>
    public async Task WhileClosedAsync(Func<Task> kill, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _closed = true;
        }

        var settled = s_settled - Stopwatch.GetElapsedTime(_lastAbort);
        if (settled > TimeSpan.Zero)
        {
            await Task.Delay(settled, cancellationToken);
        }

        await kill();
        await Task.Delay(s_settled, cancellationToken);
        lock (_lock)
        {
            _closed = false;
        }
    }
}
