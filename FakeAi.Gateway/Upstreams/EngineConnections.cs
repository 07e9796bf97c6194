using System.Net;

namespace FakeAi.Gateway.Upstreams;

/// <summary>The hot client's settings: HTTP/2 by prior knowledge, many streams a connection, nothing done twice.</summary>
internal static class EngineConnections
{
    private const int StreamWindow = 1024 * 1024;

    public static SocketsHttpHandler Create() => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = StreamWindow,
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        UseCookies = false,
        UseProxy = false,
    };
}
