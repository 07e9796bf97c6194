using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Aspire's extension methods, as far as <c>AppHost.cs</c> uses them.</summary>
public static class ResourceBuilderExtensions
{
    private static readonly HttpClient s_health = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port = null)
    {
        var redis = Local(builder).Add(new RedisResource(name, Local(builder).DataFolder));
        redis.Resource.Endpoint("tcp").Port = port;
        return redis;
    }

    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name) =>
        Local(builder).Add(new ConnectionStringResource(name, builder.Configuration.GetConnectionString(name)
            ?? throw new DistributedApplicationException($"Connection string '{name}' is missing: set ConnectionStrings:{name}.")));

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddParameter(name, builder.Configuration[$"Parameters:{name}"]
            ?? throw new DistributedApplicationException($"Parameter '{name}' is missing: set Parameters:{name}."), secret: secret);

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        Local(builder).Add(new ParameterResource(name, value, secret));

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => Local(builder).Add(new ProjectResource(name, new TProject()));

    public static IResourceBuilder<IResource> AddDockerComposeEnvironment(this IDistributedApplicationBuilder builder, string name) =>
        throw new DistributedApplicationException("The local launcher runs the application and publishes nothing; that needs the Aspire packages (RegistryProfile=full).");

    public static IResourceBuilder<T> PublishAsDockerComposeService<T>(this IResourceBuilder<T> builder, Action<object, DockerComposeService> configure)
        where T : IComputeResource => builder;

    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null)
    {
        builder.Resource.Persistent = true;
        return builder;
    }

    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args)
        where T : IResourceWithArgs => builder.Change(r => r.Arguments.AddRange(args));

    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Change(r => r.WaitsFor.Add((Resource)dependency.Resource));

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.Change(r => r.Environment[name] = () => value ?? "");

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment => builder.Change(r => r.Environment[name] = () => parameter.Resource.Value);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment => builder.Change(r => r.Environment[name] = () => endpointReference.Url);

    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithConnectionString> source)
        where T : IResourceWithEnvironment => builder.Change(r =>
            r.Environment[$"ConnectionStrings__{source.Resource.Name}"] = () => source.Resource.GetConnectionStringAsync().AsTask().GetAwaiter().GetResult() ?? "");

    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where T : IResourceWithEnvironment => builder.Change(r =>
        {
            foreach (var (index, endpoint) in ((Resource)source.Resource).Endpoints.Index())
            {
                r.Environment[$"services__{source.Resource.Name}__{endpoint.UriScheme}__{index}"] = () => new EndpointReference(source.Resource, endpoint.Name).Url;
            }
        });

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints => new(builder.Resource, name);

    public static IResourceBuilder<T> WithEndpoint<T>(this IResourceBuilder<T> builder, string endpointName, Action<EndpointAnnotation> callback)
        where T : IResourceWithEndpoints => builder.Change(r => callback(r.Endpoint(endpointName)));

    public static IResourceBuilder<T> WithHttpEndpoint<T>(this IResourceBuilder<T> builder, int? port = null, string? name = null, string? env = null)
        where T : IResourceWithEndpoints => builder.Change(r =>
        {
            var endpoint = new EndpointAnnotation(name ?? "http") { Port = port, PortVariable = env };
            r.Endpoints.Add(endpoint);
            if (env is not null)
            {
                r.Environment[env] = () => new EndpointReference(builder.Resource, endpoint.Name).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        });

    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints => builder;

    public static IResourceBuilder<T> WithUrlForEndpoint<T>(this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : IResourceWithEndpoints => builder.Change(r => r.Urls.Add((new EndpointReference(builder.Resource, endpointName), callback)));

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints => builder.Change(r => r.FindProblem = async cancellationToken =>
        {
            using var response = await s_health.GetAsync(new Uri(new EndpointReference(builder.Resource, endpointName ?? "http").Url + (path ?? "/")), cancellationToken);
            return (int)response.StatusCode == (statusCode ?? 200) ? null : $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}";
        });

    public static IResourceBuilder<T> WithHttpCommand<T>(this IResourceBuilder<T> builder, string path, string displayName, string? endpointName = null, string? commandName = null, HttpCommandOptions? commandOptions = null)
        where T : IResourceWithEndpoints => builder.Change(r => r.Commands.Add(new HttpCommand(
            commandName ?? $"{r.Name}-http-post-{path}", displayName, path, new EndpointReference(builder.Resource, endpointName ?? "http"), commandOptions ?? new HttpCommandOptions())));

    private static IResourceBuilder<T> Change<T>(this IResourceBuilder<T> builder, Action<Resource> change)
        where T : IResource
    {
        change((Resource)(object)builder.Resource);
        return builder;
    }

    private static DistributedApplicationBuilder Local(IDistributedApplicationBuilder builder) => (DistributedApplicationBuilder)builder;
}

/// <summary>A published service; the local launcher publishes none.</summary>
public sealed class DockerComposeService
{
    public IList<string> Command { get; } = [];
}
