using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;

namespace FakeAi.Engine.Tests.Hosting;

public sealed class EngineServiceTests
{
    private const string Long = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Write 2000 words about deserts"}],"stream":true}""";

    [Fact]
    public async Task ClientLeaves_StreamStopsFreesItsSlotAndTellsThePartialCount()
    {
        await using var host = await EngineHost.StartAsync();
        foreach (var client in (HttpClient[])[host.H2c, host.Http])
        {
            using var cancel = new CancellationTokenSource();
            var response = await EngineHost.SendAsync(
                client, Long, HttpCompletionOption.ResponseHeadersRead, cancel.Token, (PublicHeaders.TtftMs, "1"), (PublicHeaders.ItlMs, "20"));
            var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await body.ReadExactlyAsync(new byte[2000], TestContext.Current.CancellationToken);
            Assert.Equal(1, host.Active);
            await cancel.CancelAsync();
            response.Dispose();
            var left = Stopwatch.GetTimestamp();
            await EngineHost.EventuallyAsync(() => host.Active == 0);
            var took = Stopwatch.GetElapsedTime(left);
            Assert.True(took < TimeSpan.FromMilliseconds(1500), $"{took}");
        }

        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamCompleted>().Count == 2);
        foreach (var completed in host.Events.Of<StreamCompleted>())
        {
            Assert.Equal(("cancelled", null), (completed.Outcome, completed.FinishReason));
            Assert.InRange(completed.OutputTokens, 3, 200);
            Assert.Equal(completed.OutputTokens - 1, completed.TokenDeltasUs.Count);
        }
    }

    [Fact]
    public async Task ClientLeavesBeforeTheFirstToken_FreesTheSlot()
    {
        await using var host = await EngineHost.StartAsync();
        using var cancel = new CancellationTokenSource();
        var pending = EngineHost.SendAsync(host.H2c, Long, HttpCompletionOption.ResponseHeadersRead, cancel.Token, (PublicHeaders.TtftMs, "600000"));
        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamStarted>().Count == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await EngineHost.EventuallyAsync(() => host.Active == 0 && host.Events.Of<StreamCompleted>().Count == 1);
        Assert.Equal((0, null), (host.Events.Of<StreamCompleted>()[0].OutputTokens, host.Events.Of<StreamCompleted>()[0].FirstTokenUs));
    }

    [Fact]
    public async Task Streamed_FirstContentNotBeforeItsScheduleAndEventsInOrder()
    {
        await using var host = await EngineHost.StartAsync();
        var sent = Stopwatch.GetTimestamp();
        using var response = await EngineHost.SendAsync(
            host.H2c, Long.Replace("2000", "200", StringComparison.Ordinal), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken,
            (PublicHeaders.RequestId, "req_0123456789abcdef0123456789abcdef"), (PublicHeaders.ItlMs, "2"));
        var first = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
        var scheduled = double.Parse(response.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(scheduled, 50, 310);
        Assert.True(first >= scheduled, $"{first} ms < {scheduled} ms");
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamCompleted>().Count == 1);

        Assert.All(host.Events.Events, e => Assert.Equal("req_0123456789abcdef0123456789abcdef", e.RequestId));
        var types = host.Events.Events.Select(e => e.Data.Type).ToArray();
        Assert.Equal(EventTypes.StreamStarted, types[0]);
        Assert.Equal(EventTypes.StreamFirstToken, types[1]);
        Assert.Equal(EventTypes.StreamCompleted, types[^1]);
        var started = host.Events.Of<StreamStarted>()[0];
        var completed = host.Events.Of<StreamCompleted>()[0];
        Assert.Equal((started.ScheduledTokens, "stop", "completed"), (completed.OutputTokens, completed.FinishReason, completed.Outcome));
        Assert.Equal((long)Math.Round(scheduled * 1000), started.ScheduledTtftUs);
        Assert.True(completed.FirstTokenUs >= started.ScheduledTtftUs);
        Assert.True(completed.FirstTokenUs + completed.TokenDeltasUs.Sum(d => (long)d) >= started.ScheduledE2eUs);
    }

    [Fact]
    public async Task Received_FromTheGateway_ShortensTheWait()
    {
        await using var host = await EngineHost.StartAsync();
        var received = (DateTimeOffset.UtcNow.AddSeconds(-30) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        using var response = await host.PostAsync(
            """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}""", (PublicHeaders.TtftMs, "30000"), (PublicHeaders.ItlMs, "0"),
            (InternalHeaders.Received, received.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.InRange(long.Parse(response.TrailingHeaders.GetValues(InternalHeaders.E2eUs).Single(), System.Globalization.CultureInfo.InvariantCulture), 30_000_000, 35_000_000);
    }

    [Fact]
    public async Task Fast_SwitchesEveryWaitOff()
    {
        await using var host = await EngineHost.StartAsync();
        using var response = await host.PostAsync(Long, (PublicHeaders.TtftMs, "600000"), (InternalHeaders.Fast, "1"));
        Assert.Equal("0", response.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single());
    }

    [Fact]
    public async Task TooManyStreams_GetStatus503UntilOneEnds()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:MaxStreams", "1"));
        using var cancel = new CancellationTokenSource();
        var first = EngineHost.SendAsync(host.H2c, Long, HttpCompletionOption.ResponseHeadersRead, cancel.Token, (PublicHeaders.TtftMs, "600000"));
        await EngineHost.EventuallyAsync(() => host.Active == 1);
        using var refused = await host.PostAsync(Long);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        var error = JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal(("server_error", "server_overloaded"), (error["type"]!.ToString(), error["code"]!.ToString()));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await EngineHost.EventuallyAsync(() => host.Active == 0);
        using var after = await host.PostAsync(Long, (InternalHeaders.Fast, "1"));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Timeout_BeforeTheFirstTokenIs504AndLaterAnErrorInTheStream()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeoutSeconds", "1"));
        using var early = await host.PostAsync(Long, (PublicHeaders.TtftMs, "5000"));
        Assert.Equal(HttpStatusCode.GatewayTimeout, early.StatusCode);
        using var late = await host.PostAsync(Long, (PublicHeaders.TtftMs, "1"), (PublicHeaders.ItlMs, "100"));
        Assert.Equal("timed_out", late.TrailingHeaders.GetValues(InternalHeaders.Outcome).Single());
        var body = await late.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith(
            "data: {\"error\":{\"message\":\"The stream exceeded its total timeout.\",\"type\":\"server_error\",\"param\":null,\"code\":\"timeout\"}}\n\n",
            body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        await EngineHost.EventuallyAsync(() => host.Events.Of<StreamCompleted>().Count == 2);
        Assert.All(host.Events.Of<StreamCompleted>(), c => Assert.Equal("timed_out", c.Outcome));
        Assert.Equal(0, host.Active);
    }

    [Fact]
    public async Task HostStops_WhileStreaming_EndsTheStreamAtOnce()
    {
        var host = await EngineHost.StartAsync();
        var pending = EngineHost.SendAsync(
            host.H2c, Long, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken, (PublicHeaders.TtftMs, "600000"));
        await EngineHost.EventuallyAsync(() => host.Active == 1);
        var stopped = Stopwatch.GetTimestamp();
        await host.StopAsync();
        Assert.True(Stopwatch.GetElapsedTime(stopped) < TimeSpan.FromSeconds(5));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => pending);
        Assert.Equal("cancelled", Assert.Single(host.Events.Of<StreamCompleted>()).Outcome);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task BodyTooLong_Is413AndHealthStillAnswers()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:MaxBodyBytes", "2048"));
        using var response = await host.PostAsync(new string(' ', 4096));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        using var health = await host.Http.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task InternalToken_WhenSet_IsRequired()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:InternalToken", "secret"));
        using var without = await host.PostAsync(Long);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        using var with = await host.PostAsync(Long, (InternalHeaders.Token, "secret"), (InternalHeaders.Fast, "1"));
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
    }

    [Fact]
    public async Task Telemetry_SpanAndMetricsFollowTheConventions()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "FakeAi.Engine",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = a =>
            {
                lock (spans)
                {
                    spans.Add(a);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var recorded = new List<(string Name, double[] Bounds)>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "FakeAi.Engine")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            lock (recorded)
            {
                recorded.Add((instrument.Name, [.. ((Histogram<double>)instrument).Advice!.HistogramBucketBoundaries!]));
            }

            // Every engine of the process is heard, those of other tests too.
            Assert.Contains(tags.ToArray(), t => t is { Key: "gen_ai.operation.name", Value: "chat" or "stream" });
        });
        meters.Start();

        await using var host = await EngineHost.StartAsync();
        using var response = await host.PostAsync(
            """{"model":"o4-mini","messages":[{"role":"user","content":"hi there, how goes it"}],"max_completion_tokens":4,"reasoning_effort":"minimal","seed":9,"stream":true}""",
            (PublicHeaders.TtftMs, "5"), (PublicHeaders.ItlMs, "1"));
        await EngineHost.EventuallyAsync(() => spans.Exists(s => s.DisplayName == "chat o4-mini"));
        var span = spans.Single(s => s.DisplayName == "chat o4-mini");
        Assert.Equal(ActivityKind.Internal, span.Kind);
        var tags = span.TagObjects.ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);
        Assert.Equal("chat", tags["gen_ai.operation.name"]);
        Assert.Equal("openai", tags["gen_ai.provider.name"]);
        Assert.Equal("o4-mini-2025-04-16", tags["gen_ai.response.model"]);
        Assert.Equal((4, 9L, true, 4), (tags["gen_ai.request.max_tokens"], tags["gen_ai.request.seed"], tags["gen_ai.request.stream"], tags["gen_ai.usage.output_tokens"]));
        Assert.Equal(["length"], (string[])tags["gen_ai.response.finish_reasons"]!);
        Assert.True((double)tags["gen_ai.response.time_to_first_chunk"]! >= 0.005);
        await EngineHost.EventuallyAsync(() => recorded.Count >= 3);
        Assert.Contains(recorded, r => r.Name == "gen_ai.server.request.duration" && r.Bounds[^1] == 81.92);
        Assert.Contains(recorded, r => r.Name == "gen_ai.server.time_to_first_token" && r.Bounds[0] == 0.001);
        Assert.Contains(recorded, r => r.Name == "gen_ai.server.time_per_output_token" && r.Bounds[^1] == 2.5);
    }
}
