using FakeAi.Chaos.Tests.Harness;
using FakeAi.Chaos.Tests.Load;
using FakeAi.TestKit;

namespace FakeAi.Chaos.Tests.Scenarios;

public sealed class CollectorKillTests : KillScenario
{
    [Fact]
    public Task Collector_KilledAndStartedAgain_CountsEveryRequestOnce() => RunAsync(1, 1, enginesDie: false, async (system, _, random) =>
    {
        await system.Collectors[0].KillAsync();
        await PauseAsync(random, 0, 800);
        await system.Collectors[0].StartAsync();
    }, seeds: 3);
}

public sealed class TwoCollectorsKillTests : KillScenario
{
    private const int Shards = 4;
    private static readonly TimeSpan s_takeOver = TimeSpan.FromSeconds(10);
    private int _turn;

    [Fact]
    public Task Collectors_KilledInTurn_TheOtherTakesOverAndEveryRequestCountsOnce() => RunAsync(1, 2, enginesDie: false, async (system, _, random) =>
    {
        var (victim, heir) = (system.Collectors[_turn % 2], system.Collectors[(_turn + 1) % 2]);
        _turn++;
        await heir.WaitUntilReadyAsync(Token);
        await victim.KillAsync();
        await Eventually.IsTrueAsync(async () => await ChaosSystem.OwnedShardsAsync(heir, Token) == Shards, s_takeOver);
        await PauseAsync(random, 0, 800);
        await victim.StartAsync();
    }, perSecond: 60);
}

public sealed class CollectorStormTests : KillScenario
{
    private const int Kills = 20;

    [Fact]
    public Task Collector_KilledTwentyTimesInARow_BuriesNoEvent() => ChaosSystem.RunAsync(1, 1, async system =>
    {
        var clients = new Tally();
        using var client = new LoadClient(system.Gateway.Address);
        var load = client.RunAsync(PlannedRequest.Mix(20, 2_000, 100), Token);
        var random = new Random(20);
        for (var i = 0; i < Kills; i++)
        {
            await system.Collectors[0].KillAsync();
            await system.Collectors[0].StartAsync();

            // Some of its lives end before it has applied anything, some in the midst of it.
            await PauseAsync(random, 300, 1_500);
        }

        var outcomes = await load;
        Assert.DoesNotContain(outcomes, o => !o.IsExplained(enginesDie: false));
        clients.Add(outcomes);
        await system.VerifyAsync(clients, Token);
    });
}
