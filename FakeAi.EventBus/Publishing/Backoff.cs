namespace FakeAi.EventBus.Publishing;

/// <summary>Pauses between attempts: 50 ms, doubling up to 2 s.</summary>
internal sealed class Backoff(TimeProvider time)
{
    public Task WaitAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Min(2_000, 50 << Math.Min(attempt, 6))), time, cancellationToken);
}
