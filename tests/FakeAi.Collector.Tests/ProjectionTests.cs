using FakeAi.Collector.Metrics;
using FakeAi.Contracts.Events;
using static FakeAi.Collector.Tests.EventScript;

namespace FakeAi.Collector.Tests;

public sealed class ProjectionTests
{
    [Fact]
    public void Projections_ConsumeEveryEventTypeThereIs()
    {
        var consumed = Projections().SelectMany(p => p.Consumes).Distinct().Order();
        Assert.Equal(EventJson.KnownTypes.Order(), consumed);
    }

    [Fact]
    public async Task Events_InAnyOrderAndBatches_GiveTheSameState()
    {
        FakeAiEvent[] events =
        [
            .. EventScript.Stream("req_a", 0, 31), .. EventScript.Stream("req_b", 0.5, 12, 250), .. EventScript.Stream("req_c", 1, 20, end: "cancelled"),
            .. EventScript.Stream("req_d", 1.3, 9, 400, end: "failed"),
            Event(2, "req_e", new RequestStarted("/v1/models", "GET", null, "openai", false, null, 0)),
            Event(2.1, "req_e", new RequestCompleted("/v1/models", null, "openai", false, 200, 100_000, 90_000, null, 100_000, 0, 0, null, 900)),
            Event(2, "req_f", new RequestStarted("/v1/chat/completions", "POST", "nope", "openai", false, null, 0)),
            Event(2.2, "req_f", new RequestFailed("/v1/chat/completions", "nope", "openai", false, 404, 900, "invalid_request_error", "model_not_found")),
            Event(2.2, "req_f", new ErrorOccurred("/v1/chat/completions", "nope", 404, "invalid_request_error", "model_not_found", "model", "No such model.", "warning")),
            Event(2.3, "req_d", new RouteFallback("engine-0", "engine-1", "connection_refused")),
            Event(2.4, "req_d", new RouteSelected("engine-1", "fallback")),
            Event(3, null, new HealthSampled(1, 5, 10, 1, 1, 1, 0, 0, 0)), Event(8, null, new HealthSampled(1, 10, 20, 2, 2, 2, 0, 0, 0)),
        ];
        using var inOrder = new EventScript();
        await inOrder.ApplyAsync(events.OrderBy(e => e.Time));
        var expected = await inOrder.DumpAsync();
        Assert.DoesNotContain("=-", expected);
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var shuffled = (FakeAiEvent[])events.Clone();
            random.Shuffle(shuffled);
            using var script = new EventScript();
            await script.ApplyAsync(shuffled, batch: random.Next(1, 12));
            // Which number a label set gets depends on who comes first: compare what they stand for.
            Assert.Equal(Unlabelled(expected), Unlabelled(await script.DumpAsync()));
            Assert.Equal(Snapshot(inOrder), Snapshot(script));
        }

        static string Unlabelled(string dump) => string.Join('\n', dump.Split('\n').Where(l => !l.Contains(" m:", StringComparison.Ordinal)));

        static string Snapshot(EventScript script) =>
            System.Text.Json.JsonSerializer.Serialize(script.Builder.Build(900))
            + System.Text.Json.JsonSerializer.Serialize(script.Builder.History(900, Resolution.Second));
    }

    [Fact]
    public async Task Stream_Completed_IsCountedWholeAndTokensWhenSent()
    {
        using var script = new EventScript();
        script.Advance(20);
        await script.ApplyAsync(EventScript.Stream("req_a", 11.75, 31, 100));
        var snapshot = script.Builder.Build(300);
        Assert.Equal((1, 0, 0, 0), (snapshot.TotalRequests, snapshot.TotalErrors, snapshot.TotalCancelled, snapshot.ActiveRequests));
        Assert.Equal((10, 31, 41), (snapshot.TotalInputTokens, snapshot.TotalOutputTokens, snapshot.TotalTokens));
        Assert.Equal(0.0000015m + 0.0000186m, snapshot.TotalCost);
        Assert.Equal(3.1, snapshot.TokensPerSecond);
        Assert.Equal(0.1, snapshot.RequestsPerSecond);
        Assert.Equal(0, snapshot.ErrorRate);
        Assert.Equal(1, snapshot.StreamingShare);
        Assert.InRange(snapshot.TtftMs!.P50, 198, 202);
        Assert.InRange(snapshot.ItlMs!.P99, 99, 101);
        Assert.Equal(3_201, snapshot.AvgLatencyMs);
        var model = Assert.Single(snapshot.ByModel);
        Assert.Equal(("gpt-4o-mini", "openai", 1L, 31L), (model.Model, model.Provider, model.Requests, model.OutputTokens));
        // First token at 11.95, then every 100 ms: one in second 11, ten each in 12 to 14.
        Assert.Equal(
            [(Start + 11, 0L, 1L), (Start + 12, 0L, 10L), (Start + 13, 0L, 10L), (Start + 14, 1L, 10L)],
            script.Builder.History(300, Resolution.Second).Select(p => (p.Time, p.Requests, p.OutputTokens)));
        Assert.Equal(31, Assert.Single(script.Builder.History(86_400, Resolution.Minute)).OutputTokens);
        Assert.Equal(31, Assert.Single(script.Builder.History(86_400, Resolution.Hour)).OutputTokens);
    }

    [Fact]
    public async Task Stream_UnderWay_IsActiveAndItsTokensAreSentAlready()
    {
        using var script = new EventScript();
        script.Advance(3);
        await script.ApplyAsync(EventScript.Stream("req_a", 0, 31, 100).Where(e => e.Time < (Start + 2.5) * 1_000_000));
        var snapshot = script.Builder.Build(300);
        Assert.Equal((0, 1, 1), (snapshot.TotalRequests, snapshot.ActiveRequests, snapshot.ActiveStreams));
        Assert.Equal(2.1, snapshot.TokensPerSecond, 3);
        var row = Assert.Single(script.Waterfall.Query(10, null, null).ActiveRequests);
        Assert.Equal(("active", 21, 200d, null), (row.Status, row.OutputTokens, row.TtftMs, row.DurationMs));
        Assert.Null(snapshot.ErrorRate);
        Assert.Null(snapshot.TtftMs);
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("failed")]
    public async Task Stream_BrokenOff_CountsItsPartialTokensOnce(string end)
    {
        using var script = new EventScript();
        await script.ApplyAsync(EventScript.Stream("req_a", 0, 7, end: end));
        var snapshot = script.Builder.Build(300);
        Assert.Equal((1, 7, 10), (snapshot.TotalRequests, snapshot.TotalOutputTokens, snapshot.TotalInputTokens));
        Assert.Equal(end == "failed" ? 1 : 0, snapshot.TotalErrors);
        Assert.Equal(end == "cancelled" ? 1 : 0, snapshot.TotalCancelled);
        Assert.Equal(7, script.Builder.History(300, Resolution.Second).Sum(p => p.OutputTokens));
        Assert.Null(snapshot.LatencyMs);
        var row = Assert.Single(script.Waterfall.Query(10, null, null).Requests);
        Assert.Equal((end, 7, 200d), (row.Status, row.OutputTokens, row.TtftMs));
    }

    [Fact]
    public async Task CacheLookups_AreCountedInTheWindowAndInTotal()
    {
        using var script = new EventScript();
        var empty = script.Builder.Build(300);
        Assert.Equal((0L, 0L, 0L, (double?)null), (empty.CacheLookups, empty.CacheInputTokens, empty.CacheHitTokens, empty.CacheHitRatio));
        await script.ApplyAsync(
        [
            .. EventScript.Stream("req_a", 0, 7), .. EventScript.Stream("req_b", 0, 7),
            Event(0, "req_a", new CacheLookup("gpt-4o-mini", 0, 2_000, 0, 0), "engine-1"),
            Event(0.5, "req_b", new CacheLookup("gpt-4o-mini", 0, 2_000, 1_024, 600_000), "engine-1"),
        ]);
        var snapshot = script.Builder.Build(300);
        Assert.Equal((2L, 4_000L, 1_024L, 0.256), (snapshot.CacheLookups, snapshot.CacheInputTokens, snapshot.CacheHitTokens, snapshot.CacheHitRatio));
        Assert.Equal(14, script.Builder.History(300, Resolution.Second).Sum(p => p.OutputTokens));
        script.Advance(400);
        Assert.Equal((2L, (double?)null), (script.Builder.Build(300).CacheLookups, script.Builder.Build(300).CacheHitRatio));
        await script.ResetAsync();
        Assert.Equal(0, script.Builder.Build(300).CacheLookups);
    }

    [Fact]
    public async Task Row_OfACompletedStream_HasEveryTokensOffset()
    {
        using var script = new EventScript();
        await script.ApplyAsync([.. EventScript.Stream("req_a", 1, 3), .. EventScript.Stream("req_long", 2, 6_001, 1)]);
        var rows = script.Waterfall.Query(10, null, null).Requests.ToDictionary(r => r.RequestId);
        Assert.Equal([200.0, 300.0, 400.0], rows["req_a"].Tokens);
        Assert.Equal(("engine-0", "stop", 200, Start + 1.0), (rows["req_a"].Upstream, rows["req_a"].FinishReason, rows["req_a"].StatusCode, rows["req_a"].StartTime));
        var thinned = rows["req_long"].Tokens;
        Assert.Equal((2_000, 200.0, 6_200.0), (thinned.Count, thinned[0], thinned[^1]));
        Assert.All(thinned.Zip(thinned.Skip(1)), p => Assert.InRange(p.Second - p.First, 2.9, 4.1));
        Assert.Equal(6_001, rows["req_long"].OutputTokens);
    }

    [Fact]
    public async Task Waterfall_MoreThanItKeeps_HoldsTheNewest()
    {
        using var script = new EventScript();
        await script.ApplyAsync(Enumerable.Range(0, 1_300).SelectMany(i => EventScript.Stream($"req_{i}", i / 100.0, 2)));
        var data = script.Waterfall.Query(1_000, null, null);
        Assert.Equal((1_000, 1_000, 100.0), (data.Requests.Count, data.Stats.TotalCompleted, data.Stats.UtilizationPercent));
        Assert.Equal("req_1299", data.Requests[0].RequestId);
        Assert.Equal("req_300", data.Requests[^1].RequestId);
        Assert.Equal(1_300, script.Builder.Build(300).TotalRequests);
    }

    [Fact]
    public async Task Requests_WhoseEndIsNeverTold_AreDroppedAfterAnHourOfSilence()
    {
        using var script = new EventScript();
        var shards = Enumerable.Range(0, 40).Select(i => $"req_{i}").ToList();
        await script.ApplyAsync(shards.SelectMany(id => EventScript.Stream(id, 0, 31).Take(5)));
        script.Advance(3_000);
        await script.ApplyAsync([Event(3_000, "req_0", new StreamProgress(20, 3_000_000_000), "engine-1")]);
        Assert.Equal(40, script.Builder.Build(300).ActiveStreams);
        script.Advance(700);
        await script.ApplyAsync(shards.Skip(20).SelectMany(id => EventScript.Stream(id + "_later", 3_700, 2)));
        Assert.Equal(1, script.Builder.Build(300).ActiveStreams);
        var dump = await script.DumpAsync();
        Assert.Contains(" row:req_0 ", dump);
        Assert.DoesNotContain(" row:req_1 ", dump);
    }

    [Fact]
    public async Task LabelSets_BeyondTheLimit_AreOther()
    {
        using var script = new EventScript();
        await script.ApplyAsync(Enumerable.Range(0, 1_500).SelectMany(i => EventScript.Stream($"req_{i}", 0, 2, model: $"model-{i}")));
        var snapshot = script.Builder.Build(300);
        Assert.Equal(1_001, snapshot.ByModel.Count);
        Assert.Equal(500, snapshot.ByModel.Single(m => m.Model == "other").Requests);
        Assert.Equal(1_500, snapshot.ByModel.Sum(m => m.Requests));

        // What the catalogue names is told apart all the same.
        await script.ApplyAsync(EventScript.Stream("req_real", 0, 2, model: "gpt-4o-mini"));
        Assert.Equal(1, script.Builder.Build(300).ByModel.Single(m => m.Model == "gpt-4o-mini").Requests);
    }

    [Fact]
    public async Task Reset_WithRequestsUnderWay_LeavesNoHalfCounts()
    {
        using var script = new EventScript();
        var events = EventScript.Stream("req_a", 0, 31).Concat(EventScript.Stream("req_b", 0, 3)).OrderBy(e => e.Time).ToList();
        await script.ApplyAsync(events.Where(e => e.Time < (Start + 2) * 1_000_000));
        await script.ResetAsync();
        var cleared = script.Builder.Build(300);
        Assert.Equal((0, 0, 0), (cleared.TotalRequests, cleared.ActiveRequests, cleared.TotalTokens));
        await script.ApplyAsync(events.Where(e => e.Time >= (Start + 2) * 1_000_000));
        var after = script.Builder.Build(300);
        Assert.Equal((0, 0, 0), (after.TotalRequests, after.ActiveRequests, after.TotalTokens));
        Assert.Empty(script.Builder.History(300, Resolution.Second));
        await script.ApplyAsync(EventScript.Stream("req_c", 5, 4));
        Assert.Equal((1, 14), (script.Builder.Build(300).TotalRequests, script.Builder.Build(300).TotalTokens));
    }

    [Fact]
    public async Task Buckets_OlderThanTheyAreKept_AreGone()
    {
        using var script = new EventScript();
        await script.ApplyAsync(EventScript.Stream("req_a", 0, 3));
        script.Advance(1_000);
        await script.ApplyAsync(EventScript.Stream("req_b", 999, 3));
        Assert.Equal([Start + 999], script.Builder.History(900, Resolution.Second).Select(p => p.Time));
        Assert.Equal([Start, Start + 960], script.Builder.History(86_400, Resolution.Minute).Select(p => p.Time));
        Assert.DoesNotContain($" m:s:{Start} ", await script.DumpAsync());
        Assert.Equal(2, script.Builder.Build(300).TotalRequests);
    }

    [Fact]
    public async Task Instances_SilentFor15Seconds_AreNotListed()
    {
        using var script = new EventScript();
        await script.ApplyAsync([Event(0, null, new HealthSampled(7, 5, 10, 1, 1, 1, 2, 3, 4)), Event(0, null, new HealthSampled(8, 5, 10, 1, 1, 1, 0, 0, 0), "engine-1")]);
        Assert.Equal(["engine-1", "gateway-1"], script.Builder.Build(300).Instances.Select(i => i.Name));
        script.Advance(10);
        await script.ApplyAsync([Event(10, null, new HealthSampled(8, 15, 10, 1, 1, 1, 0, 0, 0), "engine-1")]);
        script.Advance(6);
        Assert.Equal(15, Assert.Single(script.Builder.Build(300).Instances).UptimeSeconds);
    }

    [Fact]
    public async Task Errors_AndFallbacks_AreListedNewestFirst()
    {
        using var script = new EventScript();
        await script.ApplyAsync(Enumerable.Range(0, 1_100).Select(i => Event(
            i, $"req_{i}", new ErrorOccurred("/v1/x", "m", 400, "invalid_request_error", "c", "p", "wrong", "warning"))));
        await script.ApplyAsync([Event(2_000, "req_x", new RouteFallback("engine-0", "engine-1", "connection_refused"))]);
        var errors = script.Errors.Newest(1_000);
        Assert.Equal((1_000, "route_fallback", "warning", "req_1099"), (errors.Count, errors[0].ErrorType, errors[0].Severity, errors[1].RequestId));
        Assert.Equal(("/v1/x", "m", 400, "p", (Start + 1_099) * 1_000), (errors[1].Endpoint, errors[1].Model, errors[1].Status, errors[1].Param, errors[1].Timestamp));
    }
}
