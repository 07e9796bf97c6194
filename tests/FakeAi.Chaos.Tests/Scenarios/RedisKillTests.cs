using FakeAi.TestKit.Processes;

namespace FakeAi.Chaos.Tests.Scenarios;

public sealed class RedisKillTests : KillScenario
{
    [Fact]
    public Task Redis_KilledAndStartedAgain_CountsEveryRequestOnce() => RunAsync(1, 1, enginesDie: false, async (system, _, random) =>
    {
        await system.Redis.KillAsync();
        await PauseAsync(random, 0, 1_500);
        await system.Redis.StartAsync();
    });
}

public sealed class RedisAndCollectorKillTests : KillScenario
{
    [Fact]
    public Task RedisAndCollector_KilledTogether_CountEveryRequestOnce() => RunAsync(1, 1, enginesDie: false, async (system, _, random) =>
    {
        await Task.WhenAll(system.Redis.KillAsync(), system.Collectors[0].KillAsync());
        await PauseAsync(random, 0, 800);
        if (random.Next(2) == 0)
        {
            await system.Redis.StartAsync();
            await system.Collectors[0].StartAsync();
        }
        else
        {
            await system.Collectors[0].StartAsync();
            await PauseAsync(random, 0, 1_500);
            await system.Redis.StartAsync();
        }
    });
}

public sealed class EverythingKillTests : KillScenario
{
    [Fact]
    public Task AllButTheGateway_KilledTogether_CountEveryRequestOnce() => RunAsync(2, 1, enginesDie: true, async (system, gate, random) =>
    {
        ServiceProcess[] services = [.. system.Collectors, .. system.Engines];
        await KillEnginesAsync(system, gate, system.Engines, () => Task.WhenAll([system.Redis.KillAsync(), .. services.Select(s => s.KillAsync())]));
        Func<Task>[] starts = [system.Redis.StartAsync, .. services.Select<ServiceProcess, Func<Task>>(s => s.StartAsync)];
        random.Shuffle(starts);
        foreach (var start in starts)
        {
            await start();
            await PauseAsync(random, 0, 400);
        }

        // Some requests must succeed between two deaths.
        await system.WaitUntilReadyAsync(Token);
    }, perSecond: 50);
}
