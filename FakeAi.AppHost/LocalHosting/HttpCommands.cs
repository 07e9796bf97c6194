namespace Aspire.Hosting.ApplicationModel;

public sealed class HttpCommandOptions
{
    public HttpMethod? Method { get; set; }

    public Func<HttpCommandRequestContext, Task>? PrepareRequest { get; set; }
}

public sealed class HttpCommandRequestContext
{
    public required string ResourceName { get; init; }

    public required EndpointReference Endpoint { get; init; }

    public required HttpClient HttpClient { get; init; }

    public required HttpRequestMessage Request { get; init; }

    public required CancellationToken CancellationToken { get; init; }
}

public sealed class ExecuteCommandResult
{
    public required bool Success { get; init; }

    public string? ErrorMessage { get; init; }
}

/// <summary>Runs the commands of resources, as Aspire's dashboard does at a click.</summary>
public sealed class ResourceCommandService
{
    private readonly IReadOnlyList<Resource> _resources;

    internal ResourceCommandService(IReadOnlyList<Resource> resources) => _resources = resources;

    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var command = _resources.Where(r => r.Name == resourceId).SelectMany(r => r.Commands).FirstOrDefault(c => c.Name == commandName);
        if (command is null)
        {
            return new ExecuteCommandResult { Success = false, ErrorMessage = $"Resource '{resourceId}' has no command '{commandName}'." };
        }

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var request = new HttpRequestMessage(command.Options.Method ?? HttpMethod.Post, command.Endpoint.Url + command.Path);
        if (command.Options.PrepareRequest is { } prepare)
        {
            await prepare(new HttpCommandRequestContext
            {
                ResourceName = resourceId,
                Endpoint = command.Endpoint,
                HttpClient = client,
                Request = request,
                CancellationToken = cancellationToken,
            });
        }

        using var response = await client.SendAsync(request, cancellationToken);
        return new ExecuteCommandResult
        {
            Success = response.IsSuccessStatusCode,
            ErrorMessage = response.IsSuccessStatusCode ? null : $"Request failed with status code {response.StatusCode}",
        };
    }
}

internal sealed record HttpCommand(string Name, string DisplayName, string Path, EndpointReference Endpoint, HttpCommandOptions Options);
