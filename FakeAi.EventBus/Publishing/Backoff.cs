namespace FakeAi.EventBus.Publishing;

/// <summary>Pauses between attempts: 50 ms, doubling up to 2 s.</summary>
internal sealed class Backoff(TimeProvider time)
{
    public static TimeSpan Pause(int attempt) => TimeSpan.FromMilliseconds(Math.Min(2_000, 50 << Math.Min(attempt, 6)));

    public Task WaitAsync(int attempt, CancellationToken cancellationToken) => Task.Delay(Pause(attempt), time, cancellationToken);
}
