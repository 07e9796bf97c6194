using System.Globalization;
using System.Reflection;
using FakeAi.TestKit;
using FakeAi.TestKit.Processes;

namespace FakeAi.Bench.Paced;

/// <summary>
/// The system as the AppHost wires it (Redis with its append-only file, collector, engine, gateway), an engine of its own
/// without anything around it, and the bare server: all there at once, so that they can be measured in turns.
/// </summary>
internal sealed class BenchSystem : IAsyncDisposable
{
    private const string Token = "token-of-the-benchmark";
    private readonly string _home = Directory.CreateTempSubdirectory("fakeai-bench-").FullName;
    private readonly RedisProcess _redis = RedisProcess.Reserve();
    private readonly ServiceProcess _collector;

    public BenchSystem()
    {
        Dictionary<string, string> shared = new(StringComparer.Ordinal)
        {
            ["FAKEAI_HOME"] = _home,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__redis"] = _redis.ConnectionString,
            ["FakeAi__InternalToken"] = Token,
            ["FakeAi__Seed"] = "42",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        var h2c = LoopbackPorts.Take().ToString(CultureInfo.InvariantCulture);
        _collector = Service("collector", "Collector", shared);
        Engine = Service("engine-0", "Engine", new(shared, StringComparer.Ordinal) { ["FAKEAI_H2C_PORT"] = h2c });
        Gateway = Service("gateway", "Gateway", new(shared, StringComparer.Ordinal)
        {
            ["services__collector__http__0"] = _collector.Address.ToString(),
            ["Engines__0__Name"] = Engine.Name,
            ["Engines__0__Http"] = Engine.Address.ToString(),
            ["Engines__0__H2c"] = $"http://127.0.0.1:{h2c}/",
        });
        Alone = Service("engine-alone", "Engine", new(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Logging__LogLevel__Default"] = "Warning",
            ["FakeAi__Engine__Workers__MaxBatch"] = "4096",
        });
    }

    public ServiceProcess Gateway { get; }

    public ServiceProcess Engine { get; }

    /// <summary>An engine that clients call directly, without Redis.</summary>
    public ServiceProcess Alone { get; }

    /// <summary>The bare server; null until <see cref="StartAsync"/>.</summary>
    public BareProcess Bare { get; private set; } = null!;

    /// <summary>What the gateway said to the sample's request; null until <see cref="StartAsync"/>.</summary>
    public StreamSample Sample { get; private set; } = null!;

    /// <summary>Starts everything; the bare server answers with what the gateway said to the sample's request.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        await _redis.StartAsync();
        foreach (var service in (ServiceProcess[])[_collector, Engine, Gateway, Alone])
        {
            await service.StartAsync();
        }

        foreach (var service in (ServiceProcess[])[_collector, Engine, Gateway, Alone])
        {
            await service.WaitUntilReadyAsync(stop);
        }

        Sample = await StreamSample.TakeAsync(Gateway.Address, stop);
        var file = Path.Combine(_home, "sample.txt");
        Sample.Save(file);
        Bare = await BareProcess.StartAsync(BareServer.Name, file, stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Bare is not null)
        {
            await Bare.DisposeAsync();
        }

        foreach (var service in (ServiceProcess[])[Gateway, Engine, Alone, _collector])
        {
            await service.DisposeAsync();
        }

        await _redis.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static ServiceProcess Service(string name, string project, Dictionary<string, string> settings) => new(
        name, typeof(BenchSystem).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == project).Value!, settings);
}
