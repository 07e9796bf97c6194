using FakeAi.Contracts.Events;
using FakeAi.Collector.Metrics;
using static FakeAi.Collector.Tests.EventScript;

namespace FakeAi.Collector.Tests;

public sealed class ResetTests
{
    [Fact]
    public async Task Request_ReceivedBeforeAndToldOfAfterwards_DoesNotCount()
    {
        using var script = new EventScript();
        script.Advance(30);
        await script.ResetAsync(1);
        await script.ApplyAsync([.. EventScript.Stream("req_old", 0.999, 20), Event(0.9, null, Error()), .. EventScript.Stream("req_new", 1, 5)]);
        await script.ApplyAsync([Event(2, "req_old", Error()), Event(2, "req_new", Error())]);
        Assert.Equal((1, 5), Counted(script));
        Assert.Equal("req_new", Assert.Single(script.Errors.Newest(10)).RequestId);
        Assert.Equal("req_new", Assert.Single(script.Waterfall.Query(10, null, null).Requests).RequestId);
    }

    [Fact]
    public async Task Request_KnownAtFirstFromItsEngineOnly_IsTakenBackWhenItsGatewayProvesItOlder()
    {
        using var script = new EventScript();
        script.Advance(30);
        await script.ResetAsync(1);
        var old = EventScript.Stream("req_old", 0.9, 20);
        await script.ApplyAsync(old.Where(e => e.Source == "engine" && e.Time > (Start + 1) * 1_000_000));
        Assert.Equal(20, script.Builder.History(300, Resolution.Second).Sum(p => p.OutputTokens));
        await script.ApplyAsync(old.Where(e => e.Source == "gateway"));
        Assert.Equal((0, 0), Counted(script));
        Assert.Empty(script.Waterfall.Query(10, null, null).Requests);
        Assert.DoesNotContain("row:req_old", await script.DumpAsync());

        // What comes again of it changes nothing.
        await script.ApplyAsync(old);
        Assert.Equal((0, 0), Counted(script));
    }

    [Fact]
    public async Task Requests_ToldOfInAnyOrderAroundAReset_CountOnlyIfReceivedAfterIt()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var old = Enumerable.Range(0, 4).SelectMany(i => EventScript.Stream($"old_{i}", 0.4 + i * 0.19, 12, end: i == 3 ? "failed" : "completed")).ToArray();
            var later = Enumerable.Range(0, 3).SelectMany(i => EventScript.Stream($"new_{i}", 1 + i * 0.3, 7)).ToArray();
            random.Shuffle(old);
            var before = random.Next(old.Length);
            FakeAiEvent[] after = [.. old[before..], .. later];
            random.Shuffle(after);
            using var script = new EventScript();
            script.Advance(30);
            await script.ApplyAsync(old[..before], random.Next(1, 9));
            await script.ResetAsync(1);
            await script.ApplyAsync(after, random.Next(1, 9));
            Assert.Equal((3, 21), Counted(script));
            Assert.Equal(0, script.Builder.Build(300).TotalErrors);
        }
    }

    private static (long Requests, long Tokens) Counted(EventScript script)
    {
        Assert.Equal(script.Builder.Build(300).TotalOutputTokens, script.Builder.History(300, Resolution.Second).Sum(p => p.OutputTokens));
        return (script.Builder.Build(300).TotalRequests, script.Builder.Build(300).TotalOutputTokens);
    }

    private static ErrorOccurred Error() => new("/v1/x", "m", 400, "invalid_request_error", "c", "p", "wrong", "warning");
}
