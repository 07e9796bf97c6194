using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Queries;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.KvCache;

public sealed class KvCacheTests
{
    [Fact]
    public async Task Metrics_OfAllEngines_AreMergedAndAMissingOneIsNamed()
    {
        await using var one = await FakeEngine.StartAsync();
        await using var two = await FakeEngine.StartAsync();
        await using var silent = await FakeEngine.StartAsync();
        one.Handler = context => TellAsync(context, new KvCacheWorker(null, 0, "busy", 2, 8, 1, 10, 100, 4, 2, 4_000, 1_000, 3, 500_000), refused: 1);
        two.Handler = context => TellAsync(context, new KvCacheWorker(null, 0, "idle", 0, 8, 0, 5, 100, 1, 1, 1_000, 1_000, 0, 250_000), refused: 2);
        silent.Handler = context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        };
        await using var gateway = await GatewayHost.StartAsync([one.Address, two.Address, silent.Address], ("FakeAi:InternalToken", "inner"));

        using var response = await gateway.Client.GetAsync("/kv-cache/metrics");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var root = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(["engine-0", "engine-1"], root.GetProperty("workers").EnumerateArray().Select(w => w.GetProperty("engine").GetString()));
        Assert.Equal("engine-2", Assert.Single(root.GetProperty("unreachable").EnumerateArray()).GetString());
        Assert.Equal((5, 3, 5_000, 2_000), (Number("lookups"), Number("hits"), Number("prompt_tokens"), Number("hit_tokens")));
        Assert.Equal((0.4, 750), (Number("hit_ratio"), Number("saved_prefill_ms")));
        Assert.Equal((15, 200, 3, 3, 2, 1), (Number("blocks"), Number("capacity_blocks"), Number("evictions"), Number("refused"), Number("active"), Number("waiting")));
        Assert.Empty(gateway.Events.Events);

        double Number(string name) => root.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task Metrics_WithoutAKeyInKeyedMode_AreRefusedAndWithoutAnEngineUnavailable()
    {
        await using var engine = await FakeEngine.StartAsync();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("k"u8));
        await using var keyed = await GatewayHost.StartAsync(engine, ("FakeAi:Gateway:Keys:0:Name", "me"), ("FakeAi:Gateway:Keys:0:Sha256", hash));
        using var refused = await keyed.Client.GetAsync("/kv-cache/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(0, engine.Calls);

        await using var alone = await GatewayHost.StartAsync([]);
        using var unavailable = await alone.Client.GetAsync("/kv-cache/metrics");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unavailable.StatusCode);
    }

    [Fact]
    public async Task SteeringHeaders_ReachTheEngine()
    {
        await using var engine = await FakeEngine.StartAsync();
        HeaderDictionary? seen = null;
        engine.Handler = context =>
        {
            seen = new HeaderDictionary(context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value, StringComparer.OrdinalIgnoreCase));
            return FakeEngine.AnswerAsync(context);
        };
        await using var gateway = await GatewayHost.StartAsync(engine);
        (string Name, string Value)[] sent =
        [
            (PublicHeaders.TtftMs, "5"), (PublicHeaders.ItlMs, "1"), (PublicHeaders.Speed, "2"), (PublicHeaders.LatencyProfile, "llama-3.1-8b@h100"),
            (PublicHeaders.MaxTokensPerSecond, "50"), (PublicHeaders.Priority, "high"), (PublicHeaders.Deterministic, "1"),
        ];
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Json() };
        foreach (var (name, value) in sent)
        {
            message.Headers.Add(name, value);
        }

        using var response = await gateway.Client.SendAsync(message);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(sent, sent.Select(s => (s.Name, seen![s.Name].ToString())));
    }

    private static Task TellAsync(HttpContext context, KvCacheWorker worker, long refused)
    {
        Assert.Equal("GET /kv-cache/metrics inner", $"{context.Request.Method} {context.Request.Path} {context.Request.Headers[InternalHeaders.Token]}");
        return context.Response.WriteAsJsonAsync(
            new KvCacheMetrics { Enabled = true, BlockTokens = 16, Workers = [worker], Refused = refused }, KvCacheJsonContext.Default.KvCacheMetrics);
    }
}
