using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Testing;

public interface IDistributedApplicationTestingBuilder : IAsyncDisposable
{
    ConfigurationManager Configuration { get; }

    IReadOnlyList<IResource> Resources { get; }

    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Runs an AppHost for a test: free ports instead of fixed ones, a data folder of its own, no lines on the terminal.</summary>
public static class DistributedApplicationTestingBuilder
{
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        var session = new TestSession();
        session.Start(typeof(TEntryPoint).Assembly.EntryPoint!, args);
        return await session.BuilderReady.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, cancellationToken);
    }
}

public static class DistributedApplicationHostingTestingExtensions
{
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null) =>
        new() { BaseAddress = app.GetEndpoint(resourceName, endpointName) };

    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null) =>
        new(new EndpointReference((IResourceWithEndpoints)app.Find(resourceName), endpointName ?? "http").Url);

    public static ValueTask<string?> GetConnectionStringAsync(this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default) =>
        ((IResourceWithConnectionString)app.Find(resourceName)).GetConnectionStringAsync(cancellationToken);

    /// <summary>The newest lines of every resource, for a failing test to show. The local launcher only.</summary>
    public static string GetLocalLogs(this DistributedApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return string.Join(Environment.NewLine, app.Resources.SelectMany(r => r.Log.Select(line => $"{r.Name} | {line}")));
    }

    private static Resource Find(this DistributedApplication app, string name) => app.Resources.FirstOrDefault(r => r.Name == name)
        ?? throw new ArgumentException($"Resource '{name}' not found.", nameof(name));
}
