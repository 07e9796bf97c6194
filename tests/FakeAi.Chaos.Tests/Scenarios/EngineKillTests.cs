namespace FakeAi.Chaos.Tests.Scenarios;

public sealed class EngineKillTests : KillScenario
{
    [Fact]
    public Task Engine_KilledAndStartedAgain_FailsOnlyWhatItServed() => RunAsync(2, 1, enginesDie: true, async (system, gate, random) =>
    {
        var victim = system.Engines[random.Next(2)];
        await KillEnginesAsync(system, gate, [victim], victim.KillAsync);
        await PauseAsync(random, 0, 500);
        await victim.StartAsync();
        await victim.WaitUntilReadyAsync(Token);
    }, seeds: 3, perSecond: 75);
}
