using FakeAi.Chaos.Tests.Harness;
using FakeAi.Chaos.Tests.Load;
using FakeAi.TestKit;

namespace FakeAi.Chaos.Tests.Scenarios;

/// <summary>
/// Redis is away for long while requests come steadily. An undisturbed system has the same load at the same time on the
/// same machine, so that what the machine itself does to latencies happens to both.
/// </summary>
public abstract class RedisAbsenceScenario
{
    private const double PerSecond = 50;
    private const long MemoryAllowance = 96L * 1024 * 1024;
    private static readonly TimeSpan s_floor = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected static async Task RunAsync(TimeSpan away, Func<ChaosSystem, Task> leave, Func<ChaosSystem, Task> comeBack)
    {
        await using var control = await ChaosSystem.StartAsync(engines: 1, collectors: 0);
        await ChaosSystem.RunAsync(engines: 1, collectors: 1, async system =>
        {
            using var client = new LoadClient(system.Gateway.Address);
            using var other = new LoadClient(control.Gateway.Address);
            var clients = new Tally();

            // Both are warm before anything is compared.
            var warm = PlannedRequest.Steady(4 * (int)PerSecond, PerSecond);
            var undisturbed = other.RunAsync(warm, Token);
            clients.Add(await client.RunAsync(warm, Token));
            await undisturbed;
            var memory = system.Gateway.WorkingSet;

            var plan = PlannedRequest.Steady((int)((away + 2 * s_margin).TotalSeconds * PerSecond), PerSecond);
            undisturbed = other.RunAsync(plan, Token);
            var disturbed = client.RunAsync(plan, Token);
            await Task.Delay(s_margin, Token);
            await leave(system);
            await Task.Delay(away, Token);

            // With nobody to apply them, the events can be looked at in the log itself.
            await system.Collectors[0].KillAsync();
            var grown = system.Gateway.WorkingSet - memory;
            await comeBack(system);

            var (seen, reference) = (await disturbed, await undisturbed);
            clients.Add(seen);
            Assert.All(seen, o => Assert.Equal(ClientEnd.Completed, o.End));
            var (p99, usual) = (FirstByteP99(seen), FirstByteP99(reference));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"first byte p99: {p99.TotalMilliseconds:F1} ms, undisturbed {usual.TotalMilliseconds:F1} ms; the gateway grew by {grown / 1_048_576.0:F1} MiB");
            Assert.True(p99 <= Max(2 * usual, usual + s_floor), $"First byte p99 was {p99}, undisturbed {usual}.");
            Assert.True(grown <= MemoryAllowance, $"The gateway grew by {grown} bytes.");

            await EverythingIsThereInOrderAsync(system, seen.Count);
            await system.Collectors[0].StartAsync();
            await system.VerifyAsync(clients, Token);
        });
    }

    /// <summary>For each of the load's last requests an end, once; and each shard has every process's events in the order in which they were told.</summary>
    private static async Task EverythingIsThereInOrderAsync(ChaosSystem system, int requests)
    {
        using var log = await LogInspection.OpenAsync(system.Redis.ConnectionString);
        IReadOnlyList<IReadOnlyList<(string Instance, long Seq, string? RequestId, string Type)>> shards = [];
        await Eventually.IsTrueAsync(async () =>
        {
            shards = await log.EventsAsync();
            return shards.Sum(s => s.Count(e => e.Type == "request.completed")) >= requests - UnseenRequests;
        });
        Assert.All(shards, shard => Assert.All(shard.GroupBy(e => e.Instance), told =>
        {
            var numbers = told.Select(e => e.Seq).ToList();
            Assert.Equal(numbers.Order().Distinct(), numbers);
        }));
    }

    // Those of the time before Redis left were applied already.
    private static int UnseenRequests => (int)((s_margin + s_margin).TotalSeconds * PerSecond);

    private static TimeSpan FirstByteP99(IReadOnlyList<ClientOutcome> outcomes) =>
        outcomes.Select(o => o.FirstByte).Order().ElementAt(outcomes.Count * 99 / 100);

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

/// <summary>Latencies are compared to each other: the kills of other scenarios must not fall upon one of two systems.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "alone";
}

[Collection(AloneCollection.Name)]
public sealed class RedisFrozenTests : RedisAbsenceScenario
{
    [Fact]
    public Task Redis_FrozenFor20Seconds_CostsNoRequestAndNoEvent() => RunAsync(
        TimeSpan.FromSeconds(20),
        static system =>
        {
            system.Redis.Pause();
            return Task.CompletedTask;
        },
        static system =>
        {
            system.Redis.Resume();
            return Task.CompletedTask;
        });
}

[Collection(AloneCollection.Name)]
public sealed class RedisAwayTests : RedisAbsenceScenario
{
    [Fact]
    public Task Redis_AwayFor60Seconds_CostsNoRequestAndNoEvent() => RunAsync(
        TimeSpan.FromSeconds(60), static system => system.Redis.KillAsync(), static system => system.Redis.StartAsync());
}
