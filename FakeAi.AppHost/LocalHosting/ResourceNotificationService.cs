using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

public static class KnownResourceStates
{
    public static readonly string Waiting = "Waiting";
    public static readonly string Running = "Running";
    public static readonly string FailedToStart = "FailedToStart";
    public static readonly string Exited = "Exited";
    public static readonly string Finished = "Finished";

    public static readonly IReadOnlyList<string> TerminalStates = [FailedToStart, Exited, Finished];
}

public sealed record CustomResourceSnapshot(string State, HealthStatus? HealthStatus, int? ExitCode, string? Problem);

public sealed record ResourceEvent(IResource Resource, CustomResourceSnapshot Snapshot);

/// <summary>Tells and awaits the states of resources.</summary>
public sealed class ResourceNotificationService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _latest = new(StringComparer.OrdinalIgnoreCase);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ResourceEvent? latest;
            Task changed;
            lock (_lock)
            {
                _latest.TryGetValue(resourceName, out latest);
                changed = _changed.Task;
            }

            if (latest is not null && predicate(latest))
            {
                return latest;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until the resource is healthy; throws when it ended or could not start.</summary>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var reached = await WaitForResourceAsync(resourceName, e => e.Snapshot.HealthStatus == HealthStatus.Healthy || Ended(e), cancellationToken);
        return Ended(reached) ? throw new DistributedApplicationException(reached.Snapshot.Problem ?? $"{resourceName} was stopped.") : reached;
    }

    internal void Publish(IResource resource, string state, HealthStatus? health = null, int? exitCode = null, string? problem = null)
    {
        lock (_lock)
        {
            _latest[resource.Name] = new ResourceEvent(resource, new CustomResourceSnapshot(state, health, exitCode, problem));
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Each resource that is not healthy, with what is known of why.</summary>
    internal string Unhealthy()
    {
        lock (_lock)
        {
            return string.Join("; ", _latest.Values.Where(e => e.Snapshot.HealthStatus != HealthStatus.Healthy)
                .Select(e => $"{e.Resource.Name} ({e.Snapshot.State}) {e.Snapshot.Problem}".TrimEnd()));
        }
    }

    private static bool Ended(ResourceEvent e) => KnownResourceStates.TerminalStates.Contains(e.Snapshot.State);
}
