using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;

namespace FakeAi.Engine.Tests.Hosting;

public sealed class SteeringTests(FastEngine fast) : IClassFixture<FastEngine>
{
    [Fact]
    public async Task Fields_OfTheBody_SteerAndHeadersWin()
    {
        await using var host = await EngineHost.StartAsync();
        Assert.Equal("7", await TtftAsync(host, """, "x-fakeai-ttft-ms": 7, "x-fakeai-itl-ms": "0" """));
        Assert.Equal("3.5", await TtftAsync(host, """, "x-fakeai-ttft-ms": 7, "x-fakeai-itl-ms": 0""", (PublicHeaders.TtftMs, "3.5")));

        // A field that is null counts as absent; speed divides what the profile gives.
        var own = decimal.Parse(await TtftAsync(host, """, "x-fakeai-itl-ms": 0, "x-fakeai-speed": null"""), CultureInfo.InvariantCulture);
        var quick = decimal.Parse(await TtftAsync(host, """, "x-fakeai-itl-ms": 0, "x-fakeai-speed": 4"""), CultureInfo.InvariantCulture);
        Assert.InRange(quick, (own / 4) - 0.001m, (own / 4) + 0.001m);

        // Another model's profile has the same draws on other figures.
        var slow = decimal.Parse(await TtftAsync(host, """, "x-fakeai-itl-ms": 0""", (PublicHeaders.LatencyProfile, "gpt-4"), (PublicHeaders.Speed, "1000")), CultureInfo.InvariantCulture);
        Assert.InRange(slow, 0.2m, 1.4m);
        var preset = decimal.Parse(await TtftAsync(host, """, "x-fakeai-itl-ms": 0, "x-fakeai-latency-profile": "llama-3.1-8b@h100" """), CultureInfo.InvariantCulture);
        Assert.InRange(preset, 24.06m - (3.5m * 4.81m), 24.06m + (3.5m * 4.81m));
    }

    [Fact]
    public async Task Fields_OfTheBody_DoNotChangeTheAnswer()
    {
        var plain = await AnswerAsync("");
        Assert.Equal(plain, await AnswerAsync(""", "x-fakeai-ttft-ms": 7, "x-fakeai-speed": 2, "x-fakeai-priority": "low", "x-fakeai-max-tokens-per-second": 1000000"""));

        async Task<string> AnswerAsync(string fields)
        {
            using var response = await fast.Host.PostAsync(Body(fields), (PublicHeaders.Deterministic, "1"));
            return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task RateLimit_OfARequest_StretchesItsSchedule()
    {
        using var response = await fast.Host.PostAsync(
            """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Tell me about salt"}],"max_tokens":21,"stream":true}""",
            (PublicHeaders.MaxTokensPerSecond, "100"), (PublicHeaders.RequestId, "req_cap"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var started = fast.Host.Events.Of<StreamStarted>().Last(s => s.ScheduledTokens == 21);
        Assert.Equal((0, 200_000), (started.ScheduledTtftUs, started.ScheduledE2eUs));
    }

    [Theory]
    [InlineData("x-fakeai-speed", "0")]
    [InlineData("x-fakeai-speed", "1001")]
    [InlineData("x-fakeai-speed", "-1")]
    [InlineData("x-fakeai-latency-profile", "gpt-4o@abacus")]
    [InlineData("x-fakeai-max-tokens-per-second", "0")]
    [InlineData("x-fakeai-max-tokens-per-second", "1.5")]
    [InlineData("x-fakeai-priority", "urgent")]
    [InlineData("x-fakeai-priority", "1")]
    public async Task Steering_NotUnderstood_Is400NamingIt(string name, string value)
    {
        using var header = await fast.Host.PostAsync(Body(""), (name, value));
        Assert.Equal((HttpStatusCode.BadRequest, name, "invalid_header"), await FaultAsync(header));
        using var field = await fast.Host.PostAsync(Body($", \"{name}\": \"{value}\""));
        Assert.Equal((HttpStatusCode.BadRequest, name, "invalid_value"), await FaultAsync(field));
        using var kind = await fast.Host.PostAsync(Body($", \"{name}\": [1]"));
        Assert.Equal((HttpStatusCode.BadRequest, name, "invalid_value"), await FaultAsync(kind));
    }

    [Fact]
    public async Task UnknownField_ThatOnlyLooksLikeSteering_IsRefused()
    {
        using var response = await fast.Host.PostAsync(Body(", \"x-fakeai-teleport\": 1"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static async Task<(HttpStatusCode, string?, string?)> FaultAsync(HttpResponseMessage response)
    {
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        return (response.StatusCode, error["param"]?.ToString(), error["code"]?.ToString());
    }

    private static async Task<string> TtftAsync(EngineHost host, string fields, params (string Name, string Value)[] headers)
    {
        using var response = await host.PostAsync(Body(fields), headers);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return response.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single();
    }

    private static string Body(string fields) => $$"""{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],"max_tokens":3{{fields}}}""";
}
