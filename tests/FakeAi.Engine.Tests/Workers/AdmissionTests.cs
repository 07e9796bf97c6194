using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Queries;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Workers;

/// <summary>Workers and cache as a request meets them.</summary>
public sealed class AdmissionTests
{
    private static readonly string s_long = string.Join(' ', Enumerable.Range(0, 1_600).Select(i => i % 7 == 0 ? "salt" : "sea"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SamePrompt_AskedAgain_IsCachedAsTheProviderCountsAndFaster()
    {
        await using var host = await EngineHost.StartAsync();
        var boot = await MetricsAsync(host);
        Assert.Equal((true, 16, 8, 0L, 0L, 0L, 0.0), (boot.Enabled, boot.BlockTokens, boot.Workers.Count, boot.Lookups, boot.Blocks, boot.HitTokens, boot.HitRatio));

        foreach (var model in (string[])["gpt-4o-mini", "meta-llama/Llama-3.1-8B-Instruct"])
        {
            var cold = await AskAsync(host, model);
            var warm = await AskAsync(host, model);
            Assert.Equal(0, cold.Started.CachedTokens);
            var step = model == "gpt-4o-mini" ? 128 : 16;
            Assert.Equal(0, warm.Started.CachedTokens % step);
            Assert.InRange(warm.Started.CachedTokens, Math.Max(1024, warm.Started.InputTokens - (2 * step)), warm.Started.InputTokens - 1);
            Assert.Equal(cold.Text, warm.Text);
            var lookups = host.Events.Of<CacheLookup>().Where(l => l.InputTokens == warm.Started.InputTokens).TakeLast(2).ToArray();
            Assert.Equal((0, 0L), (lookups[0].CachedTokens, lookups[0].SavedUs));
            Assert.Equal(warm.Started.CachedTokens, lookups[1].CachedTokens);

            // Exactly the prefill that was spared; both schedules come of one seed.
            Assert.InRange(cold.Started.ScheduledTtftUs - warm.Started.ScheduledTtftUs, lookups[1].SavedUs - 1, lookups[1].SavedUs + 1);
        }

        var after = await MetricsAsync(host);
        Assert.Equal((4L, 2L, 0, 0), (after.Lookups, after.Hits, after.Active, after.Waiting));
        Assert.True(after is { Blocks: > 150, SavedPrefillMs: > 1000, AverageMatchedPrefix: > 1024 });
    }

    [Fact]
    public async Task Deterministic_LeavesTheCacheOut()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0.01"));
        await AskAsync(host, "gpt-4o");
        var one = await AskAsync(host, "gpt-4o", (PublicHeaders.Deterministic, "1"));
        var two = await AskAsync(host, "gpt-4o", (PublicHeaders.Deterministic, "1"));
        Assert.Equal((0, 0), (one.Started.CachedTokens, two.Started.CachedTokens));
        Assert.Equal(one.Started.ScheduledTtftUs, two.Started.ScheduledTtftUs);
        Assert.Equal(1, (await MetricsAsync(host)).Lookups);
    }

    [Fact]
    public async Task CacheOff_NothingIsLookedUp()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"), ("FakeAi:Engine:KvCache:Enabled", "false"));
        await AskAsync(host, "gpt-4o");
        Assert.Equal(0, (await AskAsync(host, "gpt-4o")).Started.CachedTokens);
        Assert.Equal((false, 0L), ((await MetricsAsync(host)).Enabled, (await MetricsAsync(host)).Lookups));
        Assert.Empty(host.Events.Of<CacheLookup>());
    }

    [Fact]
    public async Task FullBatch_RequestsWaitInOrderOfPriorityAndTtftHasTheWait()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:Workers:Count", "1"), ("FakeAi:Engine:Workers:MaxBatch", "1"));
        using var cancel = new CancellationTokenSource();
        var first = SendAsync(host, "req_first", "", (PublicHeaders.TtftMs, "600000"), cancel.Token);
        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamStarted>().Count == 1);
        var low = SendAsync(host, "req_low", "", (PublicHeaders.Priority, "low"), Token);
        await WaitingAsync(host, 1);
        var flex = SendAsync(host, "req_flex", ",\"service_tier\":\"flex\"", null, Token);
        await WaitingAsync(host, 2);
        var normal = SendAsync(host, "req_normal", ",\"stream\":true", null, Token);
        await WaitingAsync(host, 3);
        var tier = SendAsync(host, "req_tier", ",\"service_tier\":\"priority\"", null, Token);
        await WaitingAsync(host, 4);
        var high = SendAsync(host, "req_high", ",\"x-fakeai-priority\":\"high\"", null, Token);
        await WaitingAsync(host, 5);
        await Task.Delay(50, Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        foreach (var response in await Task.WhenAll(low, flex, normal, tier, high))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            response.Dispose();
        }

        var started = host.Events.Events.Where(e => e.Data is StreamStarted).ToArray();
        Assert.Equal(["req_first", "req_tier", "req_high", "req_normal", "req_low", "req_flex"], started.Select(e => e.RequestId));
        Assert.All(started.Skip(1).Select(e => (StreamStarted)e.Data), s => Assert.True(s.QueueUs >= 50_000 && s.ScheduledTtftUs == s.QueueUs));
        Assert.Equal(0, ((StreamStarted)started[0].Data).QueueUs);
        await EngineHost.EventuallyAsync(() => host.Active == 0);
        Assert.Equal("idle", Assert.Single((await MetricsAsync(host)).Workers).State);
    }

    [Fact]
    public async Task FullQueue_Is503AndWhoLeavesTheQueueMakesRoom()
    {
        await using var host = await EngineHost.StartAsync(
            ("FakeAi:Engine:Workers:Count", "1"), ("FakeAi:Engine:Workers:MaxBatch", "1"), ("FakeAi:Engine:Workers:MaxWaiting", "1"));
        using var cancel = new CancellationTokenSource();
        var first = SendAsync(host, "req_first", "", (PublicHeaders.TtftMs, "600000"), cancel.Token);
        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamStarted>().Count == 1);
        using var leave = new CancellationTokenSource();
        var waits = SendAsync(host, "req_waits", "", null, leave.Token);
        await WaitingAsync(host, 1);
        using var refused = await SendAsync(host, "req_refused", "", null, Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        var error = JsonNode.Parse(await refused.Content.ReadAsStringAsync(Token))!["error"]!;
        Assert.Equal(("server_error", "server_overloaded"), (error["type"]!.ToString(), error["code"]!.ToString()));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await WaitingAsync(host, 0);
        Assert.Equal(1, (await MetricsAsync(host)).Refused);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await EngineHost.EventuallyAsync(() => host.Active == 0);
    }

    [Fact]
    public async Task Waiting_IsListedAsInitializingAndCanBeCancelled()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:Workers:Count", "1"), ("FakeAi:Engine:Workers:MaxBatch", "1"));
        using var leave = new CancellationTokenSource();
        var first = SendAsync(host, "req_first", "", (PublicHeaders.TtftMs, "600000"), leave.Token);
        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamStarted>().Count == 1);
        var second = SendAsync(host, "req_second", ",\"stream\":true", (PublicHeaders.Priority, "low"), Token);
        await WaitingAsync(host, 1);
        var streams = host.Service<StreamManager>();
        Assert.Equal(("initializing", "low"), (streams.Status("req_second")!.State, streams.Status("req_second")!.Priority));
        Assert.Equal(CommandResult.WrongState, streams.Pause("req_second"));
        Assert.Equal(CommandResult.Done, streams.Cancel("req_second"));
        using var cancelled = await second;
        Assert.Equal((499, "cancelled"), ((int)cancelled.StatusCode, cancelled.Headers.GetValues(InternalHeaders.Outcome).Single()));
        Assert.Equal("stream_cancelled", JsonNode.Parse(await cancelled.Content.ReadAsStringAsync(Token))!["error"]!["code"]!.ToString());
        await WaitingAsync(host, 0);
        Assert.Equal("cancelled", streams.Status("req_second")!.State);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await EngineHost.EventuallyAsync(() => host.Active == 0 && streams.Running == 0);
        Assert.Equal("idle", Assert.Single((await MetricsAsync(host)).Workers).State);
    }

    [Theory]
    [InlineData("/v1/audio/speech", """{"model":"tts-1","input":"Hi.","voice":"alloy","response_format":"pcm"}""", "audio")]
    [InlineData("/v1/images/generations", """{"model":"dall-e-2","prompt":"A cat","size":"256x256","response_format":"b64_json"}""", "image")]
    [InlineData("/v1/fakeai/streams/binary", """{"bytes":10}""", "binary")]
    public async Task EveryKindOfAnswer_WaitsForAPlaceAndCanBeCancelledWhileItWaits(string path, string body, string type)
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:Workers:Count", "1"), ("FakeAi:Engine:Workers:MaxBatch", "1"));
        using var leave = new CancellationTokenSource();
        var first = SendAsync(host, "req_first", "", (PublicHeaders.TtftMs, "600000"), leave.Token);
        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamStarted>().Count == 1);
        (string, string)[] fast = [(PublicHeaders.TtftMs, "0"), (PublicHeaders.ItlMs, "0")];
        var cancelled = host.PostToAsync(path, body, [.. fast, (PublicHeaders.RequestId, "req_cancelled")]);
        await WaitingAsync(host, 1);
        var waits = host.PostToAsync(path, body, [.. fast, (PublicHeaders.RequestId, "req_waits"), (PublicHeaders.Priority, "high")]);
        await WaitingAsync(host, 2);
        var streams = host.Service<StreamManager>();
        Assert.Equal(("initializing", type, "high"), (streams.Status("req_waits")!.State, streams.Status("req_waits")!.Type, streams.Status("req_waits")!.Priority));
        Assert.Equal(CommandResult.Done, streams.Cancel("req_cancelled"));
        using (var response = await cancelled)
        {
            Assert.Equal((499, "cancelled"), ((int)response.StatusCode, response.Headers.GetValues(InternalHeaders.Outcome).Single()));
        }

        await Task.Delay(50, Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        using (var response = await waits)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.True(host.Events.Of<StreamStarted>()[1].QueueUs >= 50_000);
        Assert.Empty(host.Events.Of<CacheLookup>());
        await EngineHost.EventuallyAsync(() => host.Active == 0);
        Assert.Equal("idle", Assert.Single((await MetricsAsync(host)).Workers).State);
    }

    [Fact]
    public async Task Waiting_BeyondTheTimeout_Is504()
    {
        await using var host = await EngineHost.StartAsync(
            ("FakeAi:Engine:Workers:Count", "1"), ("FakeAi:Engine:Workers:MaxBatch", "1"), ("FakeAi:Engine:TimeoutSeconds", "1"));
        var first = SendAsync(host, "req_first", "", (PublicHeaders.TtftMs, "600000"), Token);
        using var second = await SendAsync(host, "req_second", "", (PublicHeaders.TtftMs, "600000"), Token);
        using var other = await first;
        Assert.Equal((HttpStatusCode.GatewayTimeout, HttpStatusCode.GatewayTimeout), (second.StatusCode, other.StatusCode));
        await EngineHost.EventuallyAsync(() => host.Active == 0);
        Assert.Equal("idle", Assert.Single((await MetricsAsync(host)).Workers).State);
    }

    [Theory]
    [InlineData("KvCache:BlockTokens", "24")]
    [InlineData("Workers:Count", "0")]
    [InlineData("Latency:LoadFactor", "0.5")]
    [InlineData("Latency:Profile", "nonsense")]
    public async Task Settings_OutOfRange_RefuseToStart(string setting, string value) =>
        Assert.Contains(setting.Split(':')[0], (await Assert.ThrowsAnyAsync<Exception>(() => EngineHost.StartAsync(($"FakeAi:Engine:{setting}", value)))).ToString(), StringComparison.Ordinal);

    private static async Task<KvCacheMetrics> MetricsAsync(EngineHost host) =>
        (await host.Http.GetFromJsonAsync("/kv-cache/metrics", KvCacheJsonContext.Default.KvCacheMetrics, Token))!;

    private static Task<KvCacheMetrics> WaitingAsync(EngineHost host, int count) =>
        Eventually.GetAsync(() => MetricsAsync(host), m => m.Waiting == count);

    private static async Task<(StreamStarted Started, string Text)> AskAsync(EngineHost host, string model, params (string Name, string Value)[] headers)
    {
        var before = host.Events.Of<StreamStarted>().Count;
        using var response = await host.PostAsync(
            $$"""{"model":"{{model}}","messages":[{"role":"system","content":"{{s_long}}"},{"role":"user","content":"Why?"}],"max_tokens":3}""",
            [.. headers, (PublicHeaders.ItlMs, "0")]);
        var body = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, body);
        return (host.Events.Of<StreamStarted>()[before], JsonNode.Parse(body)!["choices"]![0]!["message"]!["content"]!.ToString());
    }

    private static Task<HttpResponseMessage> SendAsync(EngineHost host, string id, string fields, (string Name, string Value)? header, CancellationToken cancellationToken)
    {
        var headers = new List<(string, string)> { (PublicHeaders.RequestId, id), (PublicHeaders.ItlMs, "0") };
        if (header is { } given)
        {
            headers.Add(given);
        }

        if (header?.Name != PublicHeaders.TtftMs)
        {
            headers.Add((PublicHeaders.TtftMs, "0"));
        }

        return EngineHost.SendAsync(
            host.H2c, $$"""{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],"max_tokens":3{{fields}}}""",
            HttpCompletionOption.ResponseContentRead, cancellationToken, [.. headers]);
    }
}
