using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FakeAi.TestKit;

/// <summary>Waits for something that other processes do in their own time. The limit bounds a broken test; it measures nothing.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Asks again every 20 ms until the answer is yes.</summary>
    /// <exception cref="TimeoutException">It was not within the time, 60 s unless told.</exception>
    public static async Task IsTrueAsync(
        Func<Task<bool>> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (within ?? s_limit))
            {
                throw new TimeoutException($"Not within {within ?? s_limit}: {what}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Asks again every 20 ms until the answer is yes.</summary>
    public static Task IsTrueAsync(
        Func<bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), within, what);

    /// <summary>Asks again until the answer satisfies; then returns it.</summary>
    /// <exception cref="TimeoutException">It never did; the message has the last answer.</exception>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> ask, Func<T, bool> satisfies, [CallerArgumentExpression(nameof(satisfies))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(satisfies);
        var last = default(T)!;
        try
        {
            await IsTrueAsync(async () => satisfies(last = await ask()), what: what);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{timeout.Message} The last answer was: {last}", timeout);
        }

        return last;
    }
}
