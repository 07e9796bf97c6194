using System.Text.Json;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A project, run as <c>dotnet exec</c> of what the AppHost's build made of it, with its first launch profile's variables.</summary>
public sealed class ProjectResource : Resource, IResourceWithServiceDiscovery, IResourceWithEnvironment, IResourceWithArgs, IResourceWithWaitSupport, IComputeResource
{
    private readonly IProjectMetadata _project;

    internal ProjectResource(string name, IProjectMetadata project)
        : base(name)
    {
        _project = project;
        Endpoints.Add(new EndpointAnnotation("http"));
        foreach (var (key, value) in ProfileVariables(project.ProjectPath))
        {
            Environment[key] = () => value;
        }

        Environment["ASPNETCORE_URLS"] = () => string.Join(';', Endpoints.Where(e => e.PortVariable is null).Select(e => new EndpointReference(this, e.Name).Url));
        Environment["OTEL_SERVICE_NAME"] = () => name;
        Environment["OTEL_RESOURCE_ATTRIBUTES"] = () => $"service.instance.id={Guid.NewGuid():N}";
        Environment["LOGGING__CONSOLE__FORMATTERNAME"] = () => "simple";
    }

    internal override LaunchCommand CreateCommand() => File.Exists(_project.AssemblyPath)
        ? new LaunchCommand(System.Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            ["exec", _project.AssemblyPath, .. Arguments], Path.GetDirectoryName(_project.ProjectPath)!)
        : throw new DistributedApplicationException($"'{Name}' is not built: {_project.AssemblyPath} is missing.");

    private static IEnumerable<(string Key, string Value)> ProfileVariables(string projectPath)
    {
        var settings = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(settings))
        {
            yield break;
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(settings));
        if (json.RootElement.TryGetProperty("profiles", out var profiles)
            && profiles.EnumerateObject().FirstOrDefault().Value is { ValueKind: JsonValueKind.Object } profile
            && profile.TryGetProperty("environmentVariables", out var variables))
        {
            foreach (var variable in variables.EnumerateObject())
            {
                yield return (variable.Name, variable.Value.GetString() ?? "");
            }
        }
    }
}
