using System.Net;
using System.Text.Json;

namespace FakeAi.Collector.Tests;

public sealed class QueryTests
{
    [Fact]
    public async Task BadParameters_AreNamedInTheError()
    {
        await using var host = await CollectorHost.StartAsync();
        foreach (var (path, param) in new[]
        {
            ("/waterfall/data?limit=0", "limit"), ("/waterfall/data?limit=1001", "limit"), ("/waterfall/data?limit=x", "limit"),
            ("/waterfall/data?limit=1&limit=2", "limit"), ("/waterfall/data?limit=", "limit"), ("/waterfall/data?limit=-5", "limit"),
            ("/waterfall/data?model=" + new string('m', 300), "model"), ("/metrics/snapshot?window=0", "window"),
            ("/metrics/snapshot?window=901", "window"), ("/metrics/history?seconds=901", "seconds"),
            ("/metrics/history?seconds=1e3", "seconds"), ("/metrics/history?resolution=7", "resolution"), ("/errors?limit=99999999999", "limit"),
        })
        {
            using var response = await host.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            var error = body.RootElement.GetProperty("error");
            Assert.Equal((param, "invalid_request_error"), (error.GetProperty("param").GetString(), error.GetProperty("type").GetString()));
            Assert.Contains(param, error.GetProperty("message").GetString());
        }
    }

    [Fact]
    public async Task Queries_WithoutAnyEvent_AreEmptyAndHonest()
    {
        await using var host = await CollectorHost.StartAsync();
        using var json = JsonDocument.Parse(await host.Http.GetStringAsync("/metrics/snapshot"));
        Assert.Equal(0, json.RootElement.GetProperty("total_requests").GetInt32());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("error_rate").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("ttft_ms").ValueKind);
        Assert.Equal("[]", await host.Http.GetStringAsync("/metrics/history?seconds=300"));
        Assert.Equal("[]", await host.Http.GetStringAsync("/errors?limit=10"));
        Assert.Equal(
            """{"requests":[],"active_requests":[],"stats":{"total_completed":0,"active_requests":0,"max_capacity":1000,"utilization_percent":0}}""",
            await host.Http.GetStringAsync("/waterfall/data"));
    }

    [Fact]
    public async Task Waterfall_Filtered_GivesWhatWasAskedFor()
    {
        await using var host = await CollectorHost.StartAsync();
        for (var i = 0; i < 6; i++)
        {
            host.Publish(EventScript.Stream($"req_{i}", i, 3, model: i % 2 == 0 ? "gpt-4o" : "gpt-4o-mini"));
        }

        await host.WaitForRequestsAsync(6);
        Assert.Equal(["req_5", "req_4"], (await host.WaterfallAsync("?limit=2")).Requests.Select(r => r.RequestId));
        Assert.Equal(["req_4", "req_2", "req_0"], (await host.WaterfallAsync("?model=gpt-4o")).Requests.Select(r => r.RequestId));
        Assert.Empty((await host.WaterfallAsync("?endpoint=/v1/models")).Requests);
        Assert.Equal(6, (await host.WaterfallAsync("?endpoint=/v1/chat/completions&limit=1000")).Requests.Count);
    }

    [Fact]
    public async Task Health_OfTheCollectorItself_IsHeard()
    {
        await using var host = await CollectorHost.StartAsync();
        await TestKit.Eventually.IsTrueAsync(async () => (await host.SnapshotAsync()).Instances.Count == 1);
        var instance = Assert.Single((await host.SnapshotAsync()).Instances);
        Assert.Equal(("collector", Environment.ProcessId), (instance.Service, instance.Pid));
        Assert.True(instance.WorkingSetBytes > 10_000_000);
    }

    [Fact]
    public async Task HealthBody_OfTheCollector_TellsWhatItsConsumerDid()
    {
        await using var host = await CollectorHost.StartAsync();
        host.Publish(EventScript.Stream("req_a", 0, 3));
        await host.WaitForRequestsAsync(1);
        using var body = JsonDocument.Parse(await host.Http.GetStringAsync("/health"));
        var check = body.RootElement.GetProperty("checks").GetProperty("events-consumer");
        Assert.Equal("ready", check.GetProperty("status").GetString());
        Assert.True(check.GetProperty("applied").GetInt64() >= 5);
        Assert.Equal((4, 4), (check.GetProperty("owned_shards").GetInt32(), check.GetProperty("leases_taken").GetInt32()));
        Assert.Equal((0, 0), (check.GetProperty("dead").GetInt32(), check.GetProperty("leases_lost").GetInt32()));
        Assert.True(check.TryGetProperty("pending_oldest_ms", out _));
    }
}
