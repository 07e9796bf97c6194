using System.Diagnostics;

namespace FakeAi.TestKit;

/// <summary>Waits for something that other processes bring about. The limit bounds a broken test; it measures nothing.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Asks again until the answer satisfies; then returns it.</summary>
    /// <exception cref="TimeoutException">It never did; the message has the last answer.</exception>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfies, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (satisfies(answer))
            {
                return answer;
            }

            if (watch.Elapsed > (limit ?? s_limit))
            {
                throw new TimeoutException($"Not so within {limit ?? s_limit}. The last answer was: {answer}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Waits until the condition holds.</summary>
    public static Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken, TimeSpan? limit = null) =>
        GetAsync(() => Task.FromResult(condition()), static holds => holds, cancellationToken, limit);
}
