using FakeAi.Chaos.Tests.Harness;
using FakeAi.Chaos.Tests.Load;
using FakeAi.TestKit.Processes;

// Each class has a system of its own; more at once would only wait for the cores.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer(typeof(FakeAi.Chaos.Tests.Scenarios.LongestFirst))]

namespace FakeAi.Chaos.Tests.Scenarios;

/// <summary>Load from clients that remember how each request ended, while processes are killed at random moments.</summary>
public abstract class KillScenario
{
    private const int Requests = 2_000;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Runs the scenario once for each seed, on one system, which must be whole again after each.</summary>
    private protected static Task RunAsync(
        int engines, int collectors, bool enginesDie, Func<ChaosSystem, AbortGate, Random, Task> strike, int seeds = 2, double perSecond = 150) =>
        ChaosSystem.RunAsync(engines, collectors, async system =>
        {
            var clients = new Tally();
            var gate = new AbortGate();
            foreach (var seed in Seeds.Of(seeds))
            {
                var strikes = 0;
                try
                {
                    using var client = new LoadClient(system.Gateway.Address, gate);
                    var random = new Random(seed);
                    var load = client.RunAsync(PlannedRequest.Mix(seed, Requests, perSecond), Token);
                    do
                    {
                        await PauseAsync(random, 200, 900);
                        await strike(system, gate, random);
                        strikes++;
                    }
                    while (!load.IsCompleted);

                    var outcomes = await load;
                    Assert.DoesNotContain(outcomes, o => !o.IsExplained(enginesDie));
                    clients.Add(outcomes);
                    await system.VerifyAsync(clients, Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"Seed {seed}, after {strikes} strikes: {e.Message}", e);
                }

                TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {strikes} strikes; so far {clients}");
            }
        });

    /// <summary>Kills engines, and others with them, at a moment when no client has just left.</summary>
    private protected static async Task KillEnginesAsync(
        ChaosSystem system, AbortGate gate, IReadOnlyList<ServiceProcess> engines, Func<Task> kill)
    {
        try
        {
            await gate.KillAsync(engines.Select(e => e.Name), () => system.CancelledAsync(system.Collectors[0], Token), kill);
        }
        catch (TimeoutException e)
        {
            var left = gate.Left.ToHashSet(StringComparer.Ordinal);
            var rows = await system.WaterfallAsync(system.Collectors[0], Token);
            var odd = rows.Requests.Concat(rows.ActiveRequests).Where(r => left.Contains(r.RequestId) && r.Status != "cancelled");
            throw new TimeoutException($"{e.Message} Their clients left, but: {string.Join(", ", odd)}", e);
        }
    }

    private protected static Task PauseAsync(Random random, int fromMs, int toMs) => Task.Delay(random.Next(fromMs, toMs), Token);
}
