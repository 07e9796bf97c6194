using FakeAi.Collector.Live;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Live;

namespace FakeAi.Collector.Tests;

public sealed class LiveHubTests
{
    [Fact]
    public async Task Watch_FromWelcomeToReset_TellsWhatHappens()
    {
        await using var host = await CollectorHost.StartAsync();
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - EventScript.Start - 2.0;
        host.Publish(EventScript.Stream("req_a", at, 5));
        await host.WaitForRequestsAsync(1);

        await using var client = await HubClient.ConnectAsync(host.Address);
        Assert.InRange(await client.PingAsync(), DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), long.MaxValue);
        await client.WatchAsync();
        var welcome = await client.NextAsync();
        Assert.Equal("welcome", welcome.GetProperty("type").GetString());
        Assert.Equal(1, welcome.GetProperty("snapshot").GetProperty("total_requests").GetInt32());
        Assert.Equal("req_a", welcome.GetProperty("waterfall").GetProperty("requests")[0].GetProperty("request_id").GetString());
        Assert.NotEmpty(welcome.GetProperty("history").EnumerateArray());

        host.Publish(EventScript.Stream("req_b", at, 5).Take(4));
        var growing = (await client.NextAsync("waterfall_update")).GetProperty("rows")[0];
        Assert.Equal(("req_b", "active"), (growing.GetProperty("request_id").GetString(), growing.GetProperty("status").GetString()));
        Assert.Equal(1, (await client.NextAsync("metrics_update")).GetProperty("snapshot").GetProperty("active_streams").GetInt32());

        host.Publish(EventScript.Stream("req_b", at, 5).Skip(4));
        var ended = await client.NextAsync("waterfall_update");
        Assert.Equal("completed", ended.GetProperty("rows")[0].GetProperty("status").GetString());
        var update = await client.NextAsync("metrics_update");
        Assert.Equal(2, update.GetProperty("snapshot").GetProperty("total_requests").GetInt32());
        Assert.NotEmpty(update.GetProperty("points").EnumerateArray());

        host.Publisher.Publish(new ErrorOccurred("/v1/x", "m", 400, "invalid_request_error", null, "p", "wrong", "warning"), "req_c");
        Assert.Equal("wrong", (await client.NextAsync("error_occurred")).GetProperty("error").GetProperty("error_message").GetString());

        using var reset = await host.Http.PostAsync("/admin/reset", null);
        Assert.True(reset.IsSuccessStatusCode);
        await client.NextAsync("reset");
        var fresh = await client.NextAsync("welcome");
        Assert.Equal(0, fresh.GetProperty("snapshot").GetProperty("total_requests").GetInt32());
        Assert.Empty(fresh.GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task Watch_ErrorsWhileClientsJoin_ReachEachClientOnce()
    {
        await using var host = await CollectorHost.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; i < 90; i++)
            {
                host.Publisher.Publish(new ErrorOccurred(null, null, 400, "e", null, null, $"{i}", "info"), $"req_{i}");
                await Task.Delay(5);
            }
        });
        await Task.Delay(100);
        await using var client = await HubClient.ConnectAsync(host.Address);
        await client.WatchAsync();
        var seen = new List<string>();
        seen.AddRange((await client.NextAsync("welcome")).GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("error_message").GetString()!));
        while (seen.Count < 90)
        {
            seen.Add((await client.NextAsync("error_occurred")).GetProperty("error").GetProperty("error_message").GetString()!);
        }

        await publishing;
        Assert.Equal(Enumerable.Range(0, 90).Select(i => $"{i}").Order(), seen.Order());
    }

    [Fact]
    public async Task Feed_ChangeReadByAnotherQueryRightAfterTheWelcome_IsToldAllTheSame()
    {
        using var script = new EventScript();
        await script.Feed.StartAsync(default);
        var subscriber = script.Subscribers.Add();
        Assert.Empty((await script.Feed.WelcomeAsync(default)).Waterfall.Requests);
        // Reads the state anew, as any query does, before the feed's first tick.
        await script.ApplyAsync(EventScript.Stream("req_a", 0, 3));
        Assert.Contains("\"req_a\"", await NextAsync(script, subscriber, "waterfall_update"), StringComparison.Ordinal);

        await script.ResetAsync();
        Assert.DoesNotContain("req_a", await NextAsync(script, subscriber, "welcome"), StringComparison.Ordinal);
        await script.ApplyAsync(EventScript.Stream("req_b", 1_000, 3));
        Assert.Contains("\"req_b\"", await NextAsync(script, subscriber, "waterfall_update"), StringComparison.Ordinal);
        await script.Feed.StopAsync(default);

        static async Task<string> NextAsync(EventScript script, LiveSubscriber subscriber, string type)
        {
            string? found = null;
            await TestKit.Eventually.IsTrueAsync(() =>
            {
                script.Advance(0.05);
                while (found is null && subscriber.Reader.TryRead(out var payload))
                {
                    var json = System.Text.Encoding.UTF8.GetString(payload.Json.Span);
                    found = json.StartsWith($"{{\"type\":\"{type}\"", StringComparison.Ordinal) ? json : null;
                }

                return found is not null;
            });
            return found!;
        }
    }

    [Fact]
    public void Subscriber_TooSlow_LosesTheOldestAndCountsThem()
    {
        var subscriber = new LiveSubscriber();
        for (var i = 0; i < LiveSubscriber.Capacity + 10; i++)
        {
            subscriber.Push(new LivePayload(new LiveDropped(i)));
        }

        Assert.Equal(10, subscriber.TakeDropped());
        Assert.Equal(0, subscriber.TakeDropped());
        Assert.True(subscriber.Reader.TryRead(out var oldest));
        Assert.Equal("""{"type":"dropped","count":10}"""u8, oldest.Json.Span);
    }
}
