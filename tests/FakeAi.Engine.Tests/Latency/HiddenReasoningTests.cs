using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Latency;

public sealed class HiddenReasoningTests
{
    [Fact]
    public void After_SomeSteps_KeepsTheOthersTimes()
    {
        var schedule = new StreamSchedule(10, [10, 20, 35, 50]);
        var after = schedule.After(2);
        Assert.Equal((35, 2, 35, 50), (after.TtftUs, after.Steps, after.DueUs(0), after.EndUs));
        var none = schedule.After(4);
        Assert.Equal((50, 0, 50), (none.TtftUs, none.Steps, none.EndUs));
        Assert.Same(schedule, schedule.After(0));
    }

    [Fact]
    public async Task HiddenTokens_TakeTheirTimeBeforeTheFirstUnlessTtftIsGiven()
    {
        await using var engine = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0.001"));
        var body = """{"model":"o3","messages":[{"role":"user","content":"Why do leaves fall?"}],"reasoning_effort":"low","max_completion_tokens":200}""";
        using var free = await engine.PostAsync(body, (PublicHeaders.ItlMs, "100"));
        var reasoning = System.Text.Json.Nodes.JsonNode.Parse(await free.Content.ReadAsStringAsync())!["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>();
        Assert.True(reasoning >= 64);
        Assert.InRange(Scheduled(free), reasoning * 0.1, (reasoning * 0.1) + 5);
        using var given = await engine.PostAsync(body, (PublicHeaders.ItlMs, "100"), (PublicHeaders.TtftMs, "30"));
        Assert.Equal(0.03, Scheduled(given));
    }

    private static double Scheduled(HttpResponseMessage response) =>
        double.Parse(response.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single(), CultureInfo.InvariantCulture);
}
