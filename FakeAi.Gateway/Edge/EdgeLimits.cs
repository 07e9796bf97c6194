using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Edge;

/// <summary>What the server itself refuses before any of our code runs.</summary>
internal sealed class EdgeLimits(IOptions<GatewayOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var limits = server.Limits;
        limits.MaxRequestBodySize = options.Value.MaxBodyBytes;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        limits.MaxConcurrentConnections = options.Value.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = options.Value.MaxSockets;
    }
}
