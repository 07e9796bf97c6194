using FakeAi.Collector.Metrics;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using static FakeAi.Collector.Tests.EventScript;

namespace FakeAi.Collector.Tests;

public sealed class SourceLostTests
{
    private static readonly string[] s_requests = [.. Enumerable.Range(0, 12).Select(i => $"req_{i}")];

    [Fact]
    public async Task Requests_OfAGatewayThatFallsSilent_AreClosedAsFailedAndToldOf()
    {
        using var script = new EventScript();
        await script.ApplyAsync([.. Open(), .. EventScript.Stream("req_done", 0, 4)]);
        await script.PassAsync(20, Heartbeats());
        Assert.Equal((12, 1), (script.Builder.Build(300).ActiveRequests, script.Builder.Build(300).TotalRequests));

        // The last heartbeat was heard 4 s ago.
        await script.PassAsync(10);
        Assert.Equal(12, script.Builder.Build(300).ActiveRequests);
        await script.PassAsync(3);

        var snapshot = script.Builder.Build(300);
        Assert.Equal((0, 13, 12, 0), (snapshot.ActiveRequests, snapshot.TotalRequests, snapshot.TotalErrors, snapshot.TotalCancelled));
        var row = script.Waterfall.Query(100, null, null).Requests.Single(r => r.RequestId == "req_3");
        Assert.Equal(("failed", "source_lost", null, "gpt-4o-mini"), (row.Status, row.FinishReason, row.StatusCode, row.Model));
        Assert.InRange(row.DurationMs!.Value, 30_000, 34_000);
        var errors = script.Errors.Newest(100);
        Assert.Equal(s_requests.Select(id => Fnv1a.Shard(id, 4)).Distinct().Count(), errors.Count);
        Assert.All(errors, e => Assert.Equal(("source_lost", "error"), (e.ErrorCode, e.Severity)));
        await script.PassAsync(60);
        Assert.Equal((12, errors.Count), (script.Builder.Build(300).TotalErrors, script.Errors.Newest(100).Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_OfARequestClosedTooEarly_ReplacesTheGuess(bool trimmedMeanwhile)
    {
        using var script = new EventScript();
        await script.ApplyAsync(Open());
        await script.PassAsync(18);
        Assert.Equal(12, script.Builder.Build(300).TotalErrors);
        var others = 0L;
        if (trimmedMeanwhile)
        {
            await script.ApplyAsync(Enumerable.Range(0, 5_000).SelectMany(i => EventScript.Stream($"other_{i}", 30 + i / 1_000.0, 2)));
            Assert.DoesNotContain(script.Waterfall.Query(1_000, null, null).Requests, r => r.FinishReason == "source_lost");
            others = 5_000;
        }

        script.Advance(1_200);
        var stream = EventScript.Stream("req_1", 1_200, 10, end: "cancelled").Skip(2).ToList();
        await script.ApplyAsync([.. EventScript.Stream("req_0", 1_200, 10).Skip(2), .. stream]);

        var snapshot = script.Builder.Build(300);
        Assert.Equal(others + 12, snapshot.TotalRequests);
        Assert.Equal((10, 1), (snapshot.TotalErrors, snapshot.TotalCancelled));
        var row = script.Waterfall.Query(1_000, null, null).Requests.Single(r => r.RequestId == "req_0");
        Assert.Equal(("completed", "stop", 10), (row.Status, row.FinishReason, row.Tokens.Count));
        Assert.DoesNotContain("req_0", (await script.DumpAsync()).Split('\n').Where(l => l.Contains("i:lost", StringComparison.Ordinal)).SelectMany(l => l.Split('[', ',')));
        var history = script.Builder.History(86_400, Resolution.Hour);
        Assert.Equal((10, others + 1), (history.Sum(p => p.Errors), snapshot.TotalRequests - snapshot.TotalErrors - snapshot.TotalCancelled));
    }

    [Fact]
    public async Task Silence_WhileTheLogIsAwayOrUnread_DoesNotCount()
    {
        using var script = new EventScript();
        await script.ApplyAsync(Open());
        await script.PassAsync(10);
        script.CutOff(true);
        await script.PassAsync(60);
        script.CutOff(false);
        await script.PassAsync(12);
        Assert.Equal(12, script.Builder.Build(300).ActiveRequests);

        await script.LeaveUnreadAsync(3);
        await script.PassAsync(60);
        await script.ReadOnAsync(3);
        await script.PassAsync(12);
        Assert.Equal(12, script.Builder.Build(300).ActiveRequests);

        // Neither does a time in which this process itself stood still.
        script.Advance(60);
        await script.PassAsync(12);
        Assert.Equal(12, script.Builder.Build(300).ActiveRequests);
        await script.PassAsync(6);
        Assert.Equal(0, script.Builder.Build(300).ActiveRequests);
    }

    [Fact]
    public async Task Gateway_KnownOnlyFromRowsThatAnotherCollectorApplied_IsMissedToo()
    {
        using var script = new EventScript();
        await script.ApplyAsync(Open());
        script.TakeShards();
        await script.PassAsync(12, Heartbeats("gateway-2"));
        Assert.Equal(12, script.Builder.Build(300).ActiveRequests);
        await script.PassAsync(6, Heartbeats("gateway-2"));
        Assert.Equal((0, 12), (script.Builder.Build(300).ActiveRequests, script.Builder.Build(300).TotalErrors));
    }

    [Fact]
    public async Task Gateway_WhoseOldEventsArriveLate_IsNotSilentUntilTheyHave()
    {
        using var script = new EventScript();
        await script.PassAsync(30);
        await script.PassAsync(20, i => EventScript.Stream($"late_{i}", 0, 3).Take(2));
        Assert.Equal(20, script.Builder.Build(300).ActiveRequests);
        await script.ApplyAsync(Enumerable.Range(0, 20).SelectMany(i => EventScript.Stream($"late_{i}", 0, 3).Skip(2)));
        await script.PassAsync(30);
        Assert.Equal((20, 0, 0), (script.Builder.Build(300).TotalRequests, script.Builder.Build(300).TotalErrors, script.Builder.Build(300).ActiveRequests));
    }

    private static IEnumerable<FakeAiEvent> Open() => s_requests.SelectMany(id => EventScript.Stream(id, 0, 4).Take(2));

    /// <summary>Each 5 s.</summary>
    private static Func<int, IEnumerable<FakeAiEvent>> Heartbeats(string instance = "gateway-1") =>
        second => second % 5 == 0 ? [Event(second + 1, null, new HealthSampled(1, second, 1, 1, 1, 1, 0, 0, 0), instance)] : [];
}
