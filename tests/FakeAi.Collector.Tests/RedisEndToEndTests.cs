using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using FakeAi.Collector.Ingest;
using FakeAi.TestKit;

namespace FakeAi.Collector.Tests;

public sealed class RedisEndToEndTests
{
    [Fact]
    public async Task Events_ThroughRealRedis_AreSeenTheSameByEveryCollector()
    {
        await using var redis = await RedisProcess.RunAsync("pass-of-the-test");
        await using var one = await CollectorHost.StartAsync(redis.ConnectionString);
        await using var two = await CollectorHost.StartAsync(redis.ConnectionString);
        await using var client = await HubClient.ConnectAsync(two.Address);
        await client.WatchAsync();
        await client.NextAsync("welcome");
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - EventScript.Start - 30.0;
        for (var i = 0; i < 300; i++)
        {
            one.Publish(EventScript.Stream($"req_{i}", at + i / 100.0, 10, end: i % 10 == 0 ? "cancelled" : i % 10 == 1 ? "failed" : "completed"));
        }

        await one.WaitForRequestsAsync(300);
        await two.WaitForRequestsAsync(300);
        var (first, second) = (await one.SnapshotAsync(), await two.SnapshotAsync());
        Assert.Equal((300, 30, 30, 3_000, 0), (first.TotalRequests, first.TotalErrors, first.TotalCancelled, first.TotalOutputTokens, first.ActiveRequests));
        Assert.Equal((first.TotalCost, first.TtftMs, first.LatencyMs), (second.TotalCost, second.TtftMs, second.LatencyMs));
        Assert.Equal(300, (await two.WaterfallAsync("?limit=1000")).Requests.Count);
        while ((await client.NextAsync("metrics_update")).GetProperty("snapshot").GetProperty("total_requests").GetInt32() < 300)
        {
        }

        using var reset = await one.Http.PostAsync("/admin/reset", null);
        Assert.Equal(HttpStatusCode.OK, reset.StatusCode);
        Assert.Equal(0, (await two.SnapshotAsync()).TotalRequests);
        await client.NextAsync("reset");
    }

    [Fact]
    public async Task Collector_Restarted_HasItsStateBack()
    {
        await using var redis = await RedisProcess.RunAsync();
        await using (var before = await CollectorHost.StartAsync(redis.ConnectionString))
        {
            before.Publish(EventScript.Stream("req_a", DateTimeOffset.UtcNow.ToUnixTimeSeconds() - EventScript.Start - 5.0, 10));
            await before.WaitForRequestsAsync(1);
        }

        await using var after = await CollectorHost.StartAsync(redis.ConnectionString);
        await after.WaitForRequestsAsync(1);
        Assert.Equal(10, Assert.Single((await after.WaterfallAsync()).Requests).Tokens.Count);
    }

    [Fact]
    public async Task Collector_WithoutRedis_StartsAtOnceAndIsReadyOnceRedisIsThere()
    {
        await using var redis = RedisProcess.Reserve();
        var watch = Stopwatch.StartNew();
        await using var host = await CollectorHost.StartAsync(redis.ConnectionString);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
        using (var health = await host.Http.GetAsync("/health"))
        using (var snapshot = await host.Http.GetAsync("/metrics/snapshot"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, snapshot.StatusCode);
            Assert.Contains("\"error\"", await snapshot.Content.ReadAsStringAsync());
        }

        host.Publish(EventScript.Stream("req_a", 0, 3));
        await redis.StartAsync();
        await Eventually.IsTrueAsync(async () =>
        {
            using var health = await host.Http.GetAsync("/health");
            return health.StatusCode == HttpStatusCode.OK;
        });
        await Eventually.IsTrueAsync(async () =>
        {
            using var snapshot = await host.Http.GetAsync("/metrics/snapshot");
            return (await snapshot.Content.ReadAsStringAsync()).Contains("\"total_requests\":1,", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task TracedEvents_OfABatch_GiveOneConsumerSpanForEachTrace()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ConsumerSpans.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        const string recorded = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await using var redis = await RedisProcess.RunAsync();
        await using var host = await CollectorHost.StartAsync(redis.ConnectionString);
        host.Publish(EventScript.Stream("req_a", 0, 3).Select(e => e with { Traceparent = recorded }));
        host.Publish(EventScript.Stream("req_b", 0, 3).Select(e => e with { Traceparent = recorded.Replace("-01", "-00", StringComparison.Ordinal) }));
        await host.WaitForRequestsAsync(2);
        await Eventually.IsTrueAsync(() => !spans.IsEmpty);
        Assert.All(spans, span =>
        {
            Assert.Equal(("process fakeai:events", ActivityKind.Consumer), (span.OperationName, span.Kind));
            Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
            Assert.Equal("redis", span.GetTagItem("messaging.system"));
        });
    }
}
