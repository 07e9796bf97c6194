using Microsoft.Extensions.Configuration;

namespace FakeAi.ServiceDefaults.Hosting;

/// <summary>Finds other services by name in the configuration, where Aspire puts them: <c>services:{name}:http:0</c>.</summary>
public static class ServiceAddress
{
    /// <summary>The service's base address, or null when the configuration does not name it.</summary>
    /// <exception cref="InvalidOperationException">The configured address is not an absolute http(s) URL.</exception>
    public static Uri? Find(IConfiguration configuration, string service)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var key = $"services:{service}:http:0";
        var text = configuration[key] ?? configuration[$"services:{service}:https:0"];
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new InvalidOperationException($"Configuration '{key}' is '{text}', which is not an http address such as http://127.0.0.1:5000.");
    }

    /// <summary>The service's base address.</summary>
    /// <exception cref="InvalidOperationException">Not configured, or not a valid address; the message says which key to set.</exception>
    public static Uri Get(IConfiguration configuration, string service) => Find(configuration, service)
        ?? throw new InvalidOperationException($"The address of '{service}' is not configured. Set services__{service}__http__0, or start everything with the AppHost.");
}
