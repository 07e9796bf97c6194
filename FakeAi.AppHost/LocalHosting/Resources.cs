using System.Collections.Concurrent;

namespace Aspire.Hosting.ApplicationModel;

public interface IResource
{
    string Name { get; }
}

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithWaitSupport : IResource;

public interface IComputeResource : IResource;

public interface IResourceWithConnectionString : IResource
{
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default);
}

public interface IResourceBuilder<out T>
    where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }
}

/// <summary>A resource with what the launcher knows of it: how to start it, what to wait for, how it is found healthy.</summary>
public abstract class Resource(string name) : IResource
{
    public string Name { get; } = name;

    internal List<Resource> WaitsFor { get; } = [];

    internal Dictionary<string, Func<string>> Environment { get; } = new(StringComparer.Ordinal);

    internal List<string> Arguments { get; } = [];

    internal List<EndpointAnnotation> Endpoints { get; } = [];

    internal List<HttpCommand> Commands { get; } = [];

    internal List<(EndpointReference Endpoint, Action<ResourceUrlAnnotation> Change)> Urls { get; } = [];

    internal Func<CancellationToken, Task<string?>>? FindProblem { get; set; }

    internal ConcurrentQueue<string> Log { get; } = new();

    internal EndpointAnnotation Endpoint(string name) => Endpoints.Find(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new DistributedApplicationException($"Resource '{Name}' has no endpoint '{name}'.");

    /// <summary>The command to run, or null for a resource that is not a process of ours.</summary>
    internal virtual LaunchCommand? CreateCommand() => null;
}

public sealed class ParameterResource(string name, string value, bool secret) : Resource(name)
{
    public bool Secret { get; } = secret;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(Value);

    internal string Value { get; } = value;
}

public sealed class EndpointAnnotation(string name)
{
    public string Name { get; } = name;

    public int? Port { get; set; }

    public string UriScheme { get; set; } = "http";

    internal string? PortVariable { get; init; }

    internal int? AllocatedPort { get; set; }
}

public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName)
{
    public IResourceWithEndpoints Resource { get; } = owner;

    public string EndpointName { get; } = endpointName;

    public bool IsAllocated => Annotation.AllocatedPort is not null;

    public int Port => Annotation.AllocatedPort
        ?? throw new DistributedApplicationException($"Endpoint '{EndpointName}' of '{Resource.Name}' has no port before the application starts.");

    public string Url => $"{Annotation.UriScheme}://127.0.0.1:{Port}";

    private EndpointAnnotation Annotation => ((Resource)Resource).Endpoint(EndpointName);
}

public sealed class ResourceUrlAnnotation
{
    public required string Url { get; set; }

    public string? DisplayText { get; set; }
}

internal sealed class ConnectionStringResource(string name, string value) : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new(value);
}

internal sealed record LaunchCommand(string File, IReadOnlyList<string> Arguments, string WorkingDirectory, string? StandardInput = null);
