using System.Net.WebSockets;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Edge;
using FakeAi.Gateway.OpenAi;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.CollectorProxy;

/// <summary>Opens a socket to the collector for each socket of a client that may have one.</summary>
internal sealed partial class CollectorSockets(
    CollectorAddress collector, HostAllowList hosts, IOptions<InstallationOptions> installation, TimeProvider clock,
    IHostApplicationLifetime lifetime, ILogger<CollectorSockets> logger)
{
    private const string AccessToken = "access_token";

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    private readonly string? _token = installation.Value.InternalToken;

    public async Task RelayAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await OpenAiErrors.SocketExpected.WriteAsync(context);
            return;
        }

        if (!hosts.AllowsOrigin(context.Request))
        {
            await OpenAiErrors.WrongOrigin.WriteAsync(context);
            return;
        }

        using var upstream = new ClientWebSocket();
        if (!await ConnectAsync(upstream, context))
        {
            await OpenAiErrors.CollectorUnavailable.WriteAsync(context);
            return;
        }

        using var client = await context.WebSockets.AcceptWebSocketAsync(upstream.SubProtocol);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await WebSocketRelay.RunAsync(client, upstream, clock, stop.Token);
    }

    private async Task<bool> ConnectAsync(ClientWebSocket socket, HttpContext context)
    {
        if (collector.Http is null)
        {
            return false;
        }

        socket.Options.Proxy = null;
        if (_token is { Length: > 0 })
        {
            socket.Options.SetRequestHeader(InternalHeaders.Token, _token);
        }

        foreach (var protocol in context.WebSockets.WebSocketRequestedProtocols)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        var scheme = collector.Http.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        using var timeout = new CancellationTokenSource(s_connectTimeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        try
        {
            await socket.ConnectAsync(collector.For(scheme, context.Request.Path, WithoutKey(context.Request)), linked.Token);
            return true;
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or HttpRequestException or ArgumentException)
        {
            Log.NotConnected(logger, exception.Message);
            return false;
        }
    }

    /// <summary>The client's key is the gateway's business and goes no further.</summary>
    private static QueryString WithoutKey(HttpRequest request) => request.Query.ContainsKey(AccessToken)
        ? QueryString.Create(request.Query.Where(static pair => !string.Equals(pair.Key, AccessToken, StringComparison.OrdinalIgnoreCase)))
        : request.QueryString;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No socket to the collector: {Reason}")]
        public static partial void NotConnected(ILogger logger, string reason);
    }
}
