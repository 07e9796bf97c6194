using System.Net;
using System.Text.Json;
using FakeAi.TestKit;

namespace FakeAi.E2E.Tests;

/// <summary>What becomes of requests, as the metrics and the waterfall tell it.</summary>
public sealed class LifecycleTests(RunningSystem system)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_AbortedByTheClient_FreesTheEngineAndCountsAsCancelled()
    {
        await system.ResetAsync(Token);
        const string Body = """{"model":"gpt-4o-mini","stream":true,"max_tokens":400,"messages":[{"role":"user","content":"Write 400 words about ships."}]}""";
        using (var answer = await system.ChatAsync(
            Body, Token, HttpCompletionOption.ResponseHeadersRead, ("x-fakeai-ttft-ms", "0"), ("x-fakeai-itl-ms", "1000")))
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(Token);
            Assert.True(await stream.ReadAsync(new byte[16], Token) > 0);
            await system.SnapshotAsync(s => s.ActiveStreams == 1, Token);
        }

        var after = await system.SnapshotAsync(
            s => s.TotalCancelled == 1 && s.ActiveStreams == 0 && s.TotalOutputTokens > 0, Token);
        Assert.Equal(1, after.TotalRequests);
        Assert.Equal(0, after.TotalErrors);
        var waterfall = await system.WaterfallAsync(Token);
        Assert.Equal("cancelled", Assert.Single(waterfall.Requests).Status);

        // The engines themselves have nothing under way any more.
        var idle = await Eventually.GetAsync(
            () => system.SnapshotAsync(Token),
            s => s.Instances.Count(i => i.Service == "engine") == 2 && s.Instances.Where(i => i.Service == "engine").All(i => i.ActiveRequests == 0));
        Assert.Equal(0, idle.ActiveRequests);
    }

    [Fact]
    public async Task Requests_OfEachKind_AreCountedOnce()
    {
        await system.ResetAsync(Token);
        (string, string)[] fast = [("x-fakeai-ttft-ms", "0"), ("x-fakeai-itl-ms", "0")];
        long tokens = 0;
        for (var i = 0; i < 12; i++)
        {
            using var answer = await system.ChatAsync(
                $$"""{"model":"gpt-4o","seed":{{i}},"messages":[{"role":"user","content":"Tell me about whales."}]}""", Token, headers: fast);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
            tokens += json.RootElement.GetProperty("usage").GetProperty("total_tokens").GetInt64();
        }

        for (var i = 0; i < 5; i++)
        {
            using var answer = await system.ChatAsync("""{"model":"gpt-4o"}""", Token);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        var after = await system.SnapshotAsync(s => s.TotalRequests >= 17 && s.TotalTokens >= tokens, Token);

        Assert.Equal(17, after.TotalRequests);
        Assert.Equal(5, after.TotalErrors);
        Assert.Equal(0, after.TotalCancelled);
        Assert.Equal(tokens, after.TotalTokens);
        Assert.Equal(0, after.ActiveRequests);
        Assert.Equal(5.0 / 17, after.ErrorRate!.Value, 6);
        Assert.Equal(17, after.ByModel.Single(m => m.Model == "gpt-4o").Requests);
        Assert.NotNull(after.LatencyMs);
        Assert.Equal(12, after.LatencyMs.Count);
    }

    [Fact]
    public async Task Waterfall_OfAStream_HasItsTokensAndAgreesWithTheClient()
    {
        await system.ResetAsync(Token);
        using var answer = await system.ChatAsync(
            """{"model":"gpt-4o-mini","stream":true,"max_tokens":20,"messages":[{"role":"user","content":"Tell me about bees."}]}""",
            Token, headers: [("x-fakeai-ttft-ms", "80"), ("x-fakeai-itl-ms", "5")]);
        await answer.Content.ReadAsStringAsync(Token);

        var data = await Eventually.GetAsync(
            () => system.WaterfallAsync(Token), d => d.Requests is [{ Tokens.Count: > 0, Status: "completed" }]);

        var row = data.Requests[0];
        Assert.Equal(answer.Headers.GetValues("x-request-id").Single(), row.RequestId);
        Assert.Equal("/v1/chat/completions", row.Endpoint);
        Assert.Equal("gpt-4o-mini", row.Model);
        Assert.True(row.IsStreaming);
        Assert.Equal(20, row.OutputTokens);
        Assert.Equal(20, row.Tokens.Count);
        Assert.True(row.TtftMs >= 80);
        Assert.Equal(row.TtftMs!.Value, row.Tokens[0], 0.5);
        Assert.True(row.Tokens.Zip(row.Tokens.Skip(1)).All(pair => pair.First <= pair.Second));
        Assert.Equal(row.DurationMs!.Value, (row.EndTime!.Value - row.StartTime) * 1000, 1.0);
        Assert.Equal(answer.Headers.GetValues("x-fakeai-upstream").Single(), row.Upstream);
    }

    [Fact]
    public async Task FastMode_Switched_TakesTheWaitsOutAndBringsThemBack()
    {
        const string Body = """{"model":"gpt-4","stream":true,"max_tokens":30,"messages":[{"role":"user","content":"Hello there, how are you?"}]}""";
        try
        {
            using (var on = await system.AdminAsync(HttpMethod.Post, "/admin/fast-mode", """{"enabled":true}""", Token))
            {
                Assert.Equal("""{"fast_mode":true}""", await on.Content.ReadAsStringAsync(Token));
            }

            using var fast = await system.ChatAsync(Body, Token);
            Assert.Equal("0", fast.Headers.GetValues("x-fakeai-scheduled-ttft-ms").Single());
        }
        finally
        {
            using var off = await system.AdminAsync(HttpMethod.Post, "/admin/fast-mode", """{"enabled":false}""", Token);
        }

        using var slow = await system.ChatAsync(Body, Token, HttpCompletionOption.ResponseHeadersRead);
        Assert.NotEqual("0", slow.Headers.GetValues("x-fakeai-scheduled-ttft-ms").Single());
    }

    [Fact]
    public async Task FastModeCommand_RunTwice_SwitchesOnAndOff()
    {
        string[] states = new string[2];
        for (var i = 0; i < states.Length; i++)
        {
            var result = await system.CommandAsync("toggle-fast-mode", Token);
            Assert.True(result.Success, result.ErrorMessage);
            using var answer = await system.AdminAsync(HttpMethod.Get, "/admin/fast-mode", null, Token);
            states[i] = await answer.Content.ReadAsStringAsync(Token);
        }

        Assert.Equal(["""{"fast_mode":true}""", """{"fast_mode":false}"""], states);
    }

    [Fact]
    public async Task ResetByHttp_WithTheKey_ClearsTheCounts()
    {
        await system.ResetAsync(Token);
        using (var bad = await system.ChatAsync("{}", Token))
        {
            await system.SnapshotAsync(s => s.TotalRequests == 1, Token);
        }

        using var answer = await system.AdminAsync(HttpMethod.Post, "/admin/reset", null, Token);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(0, (await system.SnapshotAsync(Token)).TotalRequests);
    }

    [Fact]
    public async Task Admin_WithoutTheKey_IsRefused()
    {
        using var answer = await system.Http.PostAsync(new Uri("/admin/reset", UriKind.Relative), null, Token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
