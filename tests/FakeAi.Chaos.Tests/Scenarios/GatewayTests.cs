using FakeAi.Chaos.Tests.Harness;
using FakeAi.Chaos.Tests.Load;
using FakeAi.TestKit;

namespace FakeAi.Chaos.Tests.Scenarios;

public sealed class GatewayStopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Gateway_StoppedWhileRedisIsAway_LeavesItsEventsToTheNext() => ChaosSystem.RunAsync(1, 1, async system =>
    {
        var clients = new Tally();
        using var client = new LoadClient(system.Gateway.Address);
        clients.Add(await client.RunAsync(PlannedRequest.Mix(1, 300, 150), Token));
        await system.Redis.KillAsync();
        clients.Add(await client.RunAsync(PlannedRequest.Mix(2, 600, 200), Token));
        var spent = await system.Gateway.StopAsync(TimeSpan.FromSeconds(20));
        Assert.True(spent < TimeSpan.FromSeconds(5), $"The gateway took {spent} to end.");
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(system.Home, "spill")));

        await system.Gateway.StartAsync();
        await system.Gateway.WaitUntilReadyAsync(Token);
        clients.Add(await client.RunAsync(PlannedRequest.Mix(3, 300, 150), Token));
        await system.Redis.StartAsync();

        await system.VerifyAsync(clients, Token);
        var adopted = 0L;
        foreach (var service in system.Services)
        {
            adopted += (await ChaosSystem.EventCountersAsync(service, Token))["adopted"];
        }

        // A request has a start, a route and an end, told by the gateway; its bad ones have an error besides.
        Assert.True(adopted >= 600 * 3, $"Only {adopted} events were adopted.");
    });
}

public sealed class GatewayKillTests
{
    private const int Open = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Events in the memory of a killed gateway are lost, and nobody can do anything about that. Here it holds none: its queue
    /// is empty, and only the ends of its open streams are still to be told.
    /// </summary>
    [Fact]
    public Task Gateway_Killed_ItsOpenRequestsAreClosedAsFailed() => ChaosSystem.RunAsync(1, 1, async system =>
    {
        var clients = new Tally();
        var collector = system.Collectors[0];
        using var client = new LoadClient(system.Gateway.Address);
        clients.Add(await client.RunAsync(PlannedRequest.Mix(1, 400, 200), Token));
        var open = client.RunAsync(PlannedRequest.Long(Open), Token);
        await Eventually.IsTrueAsync(async () => (await system.SnapshotAsync(collector, Token)).ActiveStreams == Open);
        await Eventually.IsTrueAsync(async () => (await ChaosSystem.EventCountersAsync(system.Gateway, Token))["queued"] == 0);

        await system.Gateway.KillAsync();

        var broken = await open;
        Assert.All(broken, o => Assert.Equal(ClientOutcome.Broken, o.Code));
        clients.Add(broken);
        await Eventually.IsTrueAsync(
            async () => (await system.SnapshotAsync(collector, Token)).ActiveRequests == 0, within: TimeSpan.FromSeconds(30));
        var closed = (await system.WaterfallAsync(collector, Token)).Requests.Where(r => r.FinishReason == "source_lost").ToList();
        Assert.Equal(Open, closed.Count);
        Assert.Contains(await system.ErrorsAsync(collector, Token), e => e.ErrorCode == "source_lost");

        await system.Gateway.StartAsync();
        await system.Gateway.WaitUntilReadyAsync(Token);
        clients.Add(await client.RunAsync(PlannedRequest.Mix(2, 200, 200), Token));
        await system.VerifyAsync(clients, Token);
    });

    [Fact]
    public Task Gateway_FrozenForLongerThanTheSilenceAllowed_ItsRequestsCountAsTheyReallyEnded() => ChaosSystem.RunAsync(1, 1, async system =>
    {
        var clients = new Tally();
        var collector = system.Collectors[0];
        using var client = new LoadClient(system.Gateway.Address);
        var open = client.RunAsync([.. PlannedRequest.Long(Open).Select(r => r with { Tokens = 25 })], Token);
        await Eventually.IsTrueAsync(async () => (await system.SnapshotAsync(collector, Token)).ActiveStreams == Open);
        system.Gateway.Pause();
        await Eventually.IsTrueAsync(async () => (await system.SnapshotAsync(collector, Token)).TotalErrors == Open, within: TimeSpan.FromSeconds(30));

        system.Gateway.Resume();

        clients.Add(await open);
        await system.VerifyAsync(clients, Token);
    });
}
