using System.ComponentModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Takes one resource through its life: waits for what it needs, starts it, watches its health, tells its end. Restarts nothing.</summary>
internal sealed class ResourceRunner(Resource resource, ResourceNotificationService notifications, ResourceLogs logs, PortAllocator ports)
{
    private const int Killed = 128;
    private static readonly TimeSpan s_probeEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_probeAtStart = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_graceLast = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        ResourceProcess? process;
        try
        {
            notifications.Publish(resource, KnownResourceStates.Waiting);
            foreach (var dependency in resource.WaitsFor)
            {
                await notifications.WaitForResourceHealthyAsync(dependency.Name, stop);
            }

            ports.Release(resource);
            process = resource.CreateCommand() is { } command ? await ResourceProcess.StartAsync(resource, command, logs) : null;
        }
        catch (OperationCanceledException)
        {
            notifications.Publish(resource, KnownResourceStates.Finished);
            return;
        }
        catch (Exception e) when (e is DistributedApplicationException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            notifications.Publish(resource, KnownResourceStates.FailedToStart, HealthStatus.Unhealthy, problem: e.Message);
            return;
        }

        notifications.Publish(resource, KnownResourceStates.Running, resource.FindProblem is null ? HealthStatus.Healthy : null);
        if (process is not null)
        {
            await WatchAsync(process, stop);
        }
    }

    private async Task WatchAsync(ResourceProcess process, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var probing = ProbeAsync(ended.Token);
        await Task.WhenAny(process.Exited, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        var unexpected = !stop.IsCancellationRequested;
        await ended.CancelAsync();
        await probing;
        await process.StopAsync(resource.WaitsFor.Count == 0 ? s_graceLast : s_grace);
        var code = await process.Exited;
        var problem = unexpected ? $"{resource.Name} ended with exit code {code}{LastWords(code)}" : null;
        notifications.Publish(resource, unexpected ? KnownResourceStates.Exited : KnownResourceStates.Finished, HealthStatus.Unhealthy, code, problem);
        if (unexpected)
        {
            logs.Problem($"{problem}. It is not restarted.");
        }
    }

    /// <summary>What it said about its end: the exception nobody caught, else its last line, unless it was killed.</summary>
    private string LastWords(int code)
    {
        var words = resource.Log.LastOrDefault(l => l.StartsWith("Unhandled exception", StringComparison.Ordinal))
            ?? (code > Killed ? null : resource.Log.LastOrDefault(l => !l.StartsWith(' ')));
        return words is null ? "" : $": {words}";
    }

    private async Task ProbeAsync(CancellationToken stop)
    {
        bool? healthy = null;
        while (resource.FindProblem is { } findProblem && !stop.IsCancellationRequested)
        {
            string? problem;
            try
            {
                problem = await findProblem(stop).WaitAsync(s_probeEvery, TimeProvider.System, stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                problem = e.Message;
            }
            catch (Exception)
            {
                return;
            }

            notifications.Publish(resource, KnownResourceStates.Running, problem is null ? HealthStatus.Healthy : HealthStatus.Unhealthy, problem: problem);
            if (healthy == true && problem is not null)
            {
                logs.Problem($"{resource.Name} is not healthy: {problem}");
            }
            else if (healthy == false && problem is null)
            {
                logs.Tell($"{resource.Name} is healthy.");
            }

            // Until it has been healthy once, a resource is only starting.
            healthy = problem is null ? true : healthy is null ? null : false;
            await Task.Delay(healthy == true ? s_probeEvery : s_probeAtStart, TimeProvider.System, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
