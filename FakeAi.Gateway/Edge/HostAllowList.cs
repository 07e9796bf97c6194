using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Edge;

/// <summary>Which names a request may call this server by, and which pages may open sockets to it.</summary>
internal sealed class HostAllowList
{
    private const string Any = "*";

    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;

    public HostAllowList(IOptions<GatewayOptions> options)
    {
        _hosts = new(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]" };
        _hosts.UnionWith(options.Value.AllowedHosts);
        _origins = new(options.Value.AllowedOrigins, StringComparer.OrdinalIgnoreCase);
    }

    public bool Allows(HostString host) => _hosts.Contains(host.Host) || _hosts.Contains(Any);

    /// <summary>Whether a socket may be opened: no page asks, the page is ours, or its host is configured.</summary>
    public bool AllowsOrigin(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        if (origins.Count == 0)
        {
            return true;
        }

        return origins.Count == 1
            && Uri.TryCreate(origins[0], UriKind.Absolute, out var origin)
            && origin.Host.Length > 0
            && (string.Equals(origin.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)
                || _origins.Contains(origin.Host) || _origins.Contains(Any));
    }
}
