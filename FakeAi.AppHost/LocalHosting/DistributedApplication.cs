using System.Runtime.InteropServices;
using Aspire.Hosting.Testing;

namespace Aspire.Hosting;

/// <summary>Runs the resources as processes of this machine until it is told to stop.</summary>
public sealed class DistributedApplication : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(120);
    private readonly IReadOnlyList<Resource> _resources;
    private readonly ResourceLogs _logs;
    private readonly TestSession? _test;
    private readonly PortAllocator _ports;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _stoppingLast = new();
    private readonly List<(Resource Resource, Task Done)> _runs = [];

    internal DistributedApplication(IReadOnlyList<Resource> resources, ResourceLogs logs, TestSession? test, bool randomPorts)
    {
        _resources = resources;
        _logs = logs;
        _test = test;
        _ports = new PortAllocator(randomPorts);
        ResourceCommands = new ResourceCommandService(resources);
    }

    public ResourceNotificationService ResourceNotifications { get; } = new();

    public ResourceCommandService ResourceCommands { get; }

    internal IReadOnlyList<Resource> Resources => _resources;

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args, TestSession.Current);

    public void Run()
    {
        if (_test is not null)
        {
            _test.AwaitEnd();
            return;
        }

        RunAsync().GetAwaiter().GetResult();
    }

    /// <summary>Gives each endpoint its port and sets off every resource; which one is ready, the notifications tell.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        foreach (var resource in _resources.Where(r => r is not ParameterResource))
        {
            _ports.Allocate(resource);
        }

        foreach (var resource in _resources.Where(r => r is not ParameterResource))
        {
            var stop = StopsLast(resource) ? _stoppingLast.Token : _stopping.Token;
            _runs.Add((resource, Task.Run(() => new ResourceRunner(resource, ResourceNotifications, _logs, _ports).RunAsync(stop), CancellationToken.None)));
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops the services, then what they stand on; at most about 4 s in all.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_runs.Where(r => !StopsLast(r.Resource)).Select(r => r.Done));
        await _stoppingLast.CancelAsync();
        await Task.WhenAll(_runs.Select(r => r.Done));
        _ports.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _logs.Dispose();
        if (_test is not null)
        {
            await _test.EndAsync();
        }
    }

    private static bool StopsLast(Resource resource) => resource.WaitsFor.Count == 0;

    private async Task RunAsync()
    {
        using var stop = new CancellationTokenSource();
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        var registrations = signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        })).ToList();
        try
        {
            await StartAsync(stop.Token);
            await foreach (var healthy in Task.WhenEach(_runs.Select(r => ResourceNotifications.WaitForResourceHealthyAsync(r.Resource.Name, stop.Token)
                .WaitAsync(s_startLimit, TimeProvider.System, stop.Token))))
            {
                await healthy;
            }

            _logs.Ready(_resources);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _logs.Tell("Stopping.");
        }
        catch (Exception e) when (e is DistributedApplicationException or TimeoutException)
        {
            var problem = e is TimeoutException ? $"not healthy after {s_startLimit.TotalSeconds} s: {ResourceNotifications.Unhealthy()}" : e.Message;
            _logs.Problem($"FakeAi did not start: {problem}");
            Environment.ExitCode = 1;
        }
        finally
        {
            await DisposeAsync();
            registrations.ForEach(r => r.Dispose());
        }
    }
}
