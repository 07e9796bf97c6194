using System.Globalization;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json;
using FakeAi.Chaos.Tests.Load;
using FakeAi.Contracts;
using FakeAi.Contracts.Queries;
using FakeAi.Contracts.Wire;
using FakeAi.TestKit;
using FakeAi.TestKit.Processes;

namespace FakeAi.Chaos.Tests.Harness;

/// <summary>
/// Gateway, engines and collectors as processes over a Redis with an append-only file, wired as the AppHost wires them,
/// with a data folder of their own. Any of them may be killed, frozen and started again.
/// </summary>
internal sealed class ChaosSystem : IAsyncDisposable
{
    private const string Token = "token-of-the-test";
    private const string NoAnswer = "no answer: ";
    private readonly string _home = Directory.CreateTempSubdirectory("fakeai-chaos-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private ChaosSystem(int engines, int collectors)
    {
        Dictionary<string, string> shared = new(StringComparer.Ordinal)
        {
            ["FAKEAI_HOME"] = _home,
            ["ConnectionStrings__redis"] = Redis.ConnectionString,
            ["FakeAi__InternalToken"] = Token,
            ["FakeAi__Seed"] = "42",
        };
        _http.DefaultRequestHeaders.Add(InternalHeaders.Token, Token);
        Collectors = [.. Enumerable.Range(0, collectors).Select(i => New($"collector-{i}", "Collector", shared))];
        Dictionary<string, string> gateway = new(shared, StringComparer.Ordinal)
        {
            ["services__collector__http__0"] = Collectors.Count > 0 ? Collectors[0].Address.ToString() : "",
        };
        var own = new List<ServiceProcess>();
        for (var i = 0; i < engines; i++)
        {
            var port = LoopbackPorts.Take().ToString(CultureInfo.InvariantCulture);
            var engine = New($"engine-{i}", "Engine", new Dictionary<string, string>(shared, StringComparer.Ordinal) { ["FAKEAI_H2C_PORT"] = port });
            own.Add(engine);
            gateway[$"Engines__{i}__Name"] = engine.Name;
            gateway[$"Engines__{i}__Http"] = engine.Address.ToString();
            gateway[$"Engines__{i}__H2c"] = $"http://127.0.0.1:{port}/";
        }

        Engines = own;
        Gateway = New("gateway", "Gateway", gateway);
    }

    public RedisProcess Redis { get; } = RedisProcess.Reserve();

    public ServiceProcess Gateway { get; }

    public IReadOnlyList<ServiceProcess> Engines { get; }

    public IReadOnlyList<ServiceProcess> Collectors { get; }

    /// <summary>The folder that the services share.</summary>
    public string Home => _home;

    public IEnumerable<ServiceProcess> Services => [.. Collectors, .. Engines, Gateway];

    /// <summary>Runs a test on a system of its own; shows what the processes said when it fails.</summary>
    public static async Task RunAsync(int engines, int collectors, Func<ChaosSystem, Task> test)
    {
        await using var system = await StartAsync(engines, collectors);
        await system.TellAsync(test);
    }

    /// <summary>A whole system, ready.</summary>
    public static async Task<ChaosSystem> StartAsync(int engines, int collectors)
    {
        var system = new ChaosSystem(engines, collectors);
        try
        {
            await system.Redis.StartAsync();
            await Task.WhenAll(system.Services.Select(s => s.StartAsync()));
            await system.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a part of a test; shows what the processes said when it fails.</summary>
    public async Task TellAsync(Func<ChaosSystem, Task> test)
    {
        try
        {
            await test(this);
        }
        catch (Exception e)
        {
            var told = new StringBuilder();
            foreach (var service in Services)
            {
                told.Append("==== ").AppendLine(service.Name).AppendLine(service.Log);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{e.Message}\n{told}");
            throw;
        }
    }

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Services.Select(s => s.WaitUntilReadyAsync(cancellationToken)));

    /// <summary>What a service's publisher counts, or what another part of its health's body does.</summary>
    public static async Task<Dictionary<string, long>> EventCountersAsync(
        ServiceProcess service, CancellationToken cancellationToken, string part = "events")
    {
        using var json = JsonDocument.Parse(await service.HealthAsync(cancellationToken));
        return json.RootElement.GetProperty("checks").GetProperty(part).EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number)
            .ToDictionary(p => p.Name, p => p.Value.GetInt64(), StringComparer.Ordinal);
    }

    /// <summary>How many shards a collector reads now.</summary>
    public static async Task<long> OwnedShardsAsync(ServiceProcess collector, CancellationToken cancellationToken) =>
        (await EventCountersAsync(collector, cancellationToken, "events-consumer"))["owned_shards"];

    /// <summary>A collector's metrics, without the gateway between.</summary>
    public async Task<MetricsSnapshot> SnapshotAsync(ServiceProcess collector, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync(new Uri(collector.Address, "/metrics/snapshot"), ContractsJsonContext.Default.MetricsSnapshot, cancellationToken))!;

    /// <summary>How many requests a collector counts as cancelled; -1 when it does not answer.</summary>
    public async Task<long> CancelledAsync(ServiceProcess collector, CancellationToken cancellationToken)
    {
        try
        {
            return (await SnapshotAsync(collector, cancellationToken)).TotalCancelled;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return -1;
        }
    }

    public async Task<WaterfallData> WaterfallAsync(ServiceProcess collector, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync(new Uri(collector.Address, "/waterfall/data?limit=1000"), ContractsJsonContext.Default.WaterfallData, cancellationToken))!;

    public async Task<IReadOnlyList<ErrorItem>> ErrorsAsync(ServiceProcess collector, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync(new Uri(collector.Address, "/errors?limit=1000"), ContractsJsonContext.Default.IReadOnlyListErrorItem, cancellationToken))!;

    /// <summary>
    /// When everything runs again: each collector tells for each model exactly what the clients saw, nothing is open, nothing
    /// waits, nothing went to the dead letters, nothing was refused.
    /// </summary>
    public async Task VerifyAsync(Tally clients, CancellationToken cancellationToken)
    {
        await WaitUntilReadyAsync(cancellationToken);
        var expected = clients.ToString();
        foreach (var collector in Collectors)
        {
            await Eventually.GetAsync(() => TellTotalsAsync(collector, cancellationToken), told => told == expected, $"{collector.Name} tells: {expected}");
        }

        using var log = await LogInspection.OpenAsync(Redis.ConnectionString);
        await Eventually.IsTrueAsync(async () => await log.WaitingAsync() == 0);

        // Nothing that came later has been counted on top.
        foreach (var collector in Collectors)
        {
            Assert.Equal(expected, await Eventually.GetAsync(() => TellTotalsAsync(collector, cancellationToken), told => !told.StartsWith(NoAnswer, StringComparison.Ordinal)));
            var snapshot = await SnapshotAsync(collector, cancellationToken);
            Assert.Equal((0, 0), (snapshot.ActiveRequests, snapshot.ActiveStreams));
            Assert.Empty((await WaterfallAsync(collector, cancellationToken)).ActiveRequests);
            Assert.All(snapshot.Instances, i => Assert.Equal((0, i.Name), (i.EventsRefused, i.Name)));
        }

        Assert.Equal(0, await log.DeadAsync());
        foreach (var service in Services)
        {
            var counters = await EventCountersAsync(service, cancellationToken);
            Assert.Equal((0, 0, service.Name), (counters["refused"], counters["lost"], service.Name));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Services)
        {
            await service.DisposeAsync();
        }

        await Redis.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private async Task<string> TellTotalsAsync(ServiceProcess collector, CancellationToken cancellationToken)
    {
        try
        {
            return Tally.Of(await SnapshotAsync(collector, cancellationToken)).ToString();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return NoAnswer + e.Message;
        }
    }

    private static ServiceProcess New(string name, string service, IReadOnlyDictionary<string, string> settings) => new(
        name, typeof(ChaosSystem).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == service).Value!, settings);
}
