using System.Net;

namespace FakeAi.Gateway.Edge;

/// <summary>Which addresses the server will listen on, and which of them the network can reach.</summary>
internal static class BindAddresses
{
    private static readonly char[] s_separators = [';', ','];

    /// <summary>The addresses in the configuration, by the server's own precedence; empty means its default, localhost.</summary>
    public static IReadOnlyList<string> Configured(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(static endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0)
        {
            return endpoints;
        }

        if (configuration["urls"] is { Length: > 0 } urls)
        {
            return urls.Split(s_separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        return [.. Ports("http"), .. Ports("https")];

        IEnumerable<string> Ports(string scheme) =>
            (configuration[scheme + "_ports"] ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(port => $"{scheme}://*:{port}");
    }

    /// <summary>The first address that is more than this machine's loopback, or null.</summary>
    public static string? FirstOpen(IEnumerable<string> addresses) => addresses.FirstOrDefault(static address => !IsLoopback(address));

    private static bool IsLoopback(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return false;
        }

        return parsed.IsUnixPipe || IsLoopbackHost(parsed.Host);
    }

    private static bool IsLoopbackHost(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
