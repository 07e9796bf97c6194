using System.Globalization;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;

namespace FakeAi.Bench.Events;

/// <summary>The five events of a chat request, as gateway and engine tell them.</summary>
internal static class ChatEvents
{
    /// <summary>Events of one request.</summary>
    public const int PerRequest = 5;

    private const string Endpoint = "/v1/chat/completions";
    private const string Model = "gpt-4o-mini";
    private const int Tokens = 16;

    private static readonly EventData[] s_data =
    [
        new RequestStarted(Endpoint, "POST", Model, "openai", false, "sk-…beef", 180),
        new RouteSelected("engine-0", "only"),
        new StreamStarted(Endpoint, Model, false, 24, 200_000, 350_000, Tokens),
        new StreamCompleted("completed", Tokens, "stop", 200_100, [.. Enumerable.Repeat(10_000, Tokens - 1)], 120, 0),
        new RequestCompleted(Endpoint, Model, "openai", false, 200, 351_000, 350_500, null, 351_000, 24, Tokens, "stop", 640),
    ];

    /// <summary>Ids of requests that have not been used before.</summary>
    public static string[] NewIds(int count, string prefix) =>
        [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"req_{prefix}{i:x24}"))];

    /// <summary>Publishes a request's events; waits while the queue is full rather than being refused.</summary>
    public static void Publish(IEventPublisher publisher, string id)
    {
        foreach (var data in s_data)
        {
            while (!publisher.Publish(data, id))
            {
                Thread.Sleep(1);
            }
        }
    }
}
