using System.Runtime.CompilerServices;
using FakeAi.Contracts.Live;
using FakeAi.EventBus.Streams;
using Microsoft.AspNetCore.SignalR;

namespace FakeAi.Collector.Live;

/// <summary>The hub that browsers and the dashboard watch.</summary>
internal sealed class LiveHub(LiveFeed feed, LiveSubscribers subscribers, TimeProvider time) : Hub
{
    /// <summary>Streams live messages: a welcome with the whole state, then what changes.</summary>
    [HubMethodName(LiveHubMethods.Watch)]
    public async IAsyncEnumerable<LivePayload> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Registered before the state is read: what happens in between is told twice rather than never.
        var subscriber = subscribers.Add();
        try
        {
            var welcome = await WelcomeAsync(cancellationToken);
            var known = welcome.Errors.Select(e => e.Id).ToHashSet(StringComparer.Ordinal);
            yield return new LivePayload(welcome);
            await foreach (var payload in subscriber.Reader.ReadAllAsync(cancellationToken))
            {
                if (subscriber.TakeDropped() is > 0 and var dropped)
                {
                    // What is left is older than the welcome that follows, and in it.
                    dropped += 1 + subscriber.Clear();
                    yield return new LivePayload(new LiveDropped(dropped));
                    welcome = await WelcomeAsync(cancellationToken);
                    known.UnionWith(welcome.Errors.Select(e => e.Id));
                    yield return new LivePayload(welcome);
                    continue;
                }

                if (payload.ErrorId is null || !known.Remove(payload.ErrorId))
                {
                    yield return payload;
                }
            }
        }
        finally
        {
            subscribers.Remove(subscriber);
        }
    }

    /// <summary>The server's time in Unix milliseconds.</summary>
    public long Ping() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async ValueTask<LiveWelcome> WelcomeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await feed.WelcomeAsync(cancellationToken);
            }
            catch (EventLogUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
            }
        }
    }
}
