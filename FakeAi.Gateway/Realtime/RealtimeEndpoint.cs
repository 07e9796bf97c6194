using System.Net.WebSockets;
using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.Admin;
using FakeAi.Gateway.Edge;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Upstreams;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Realtime;

/// <summary>
/// <c>GET /v1/realtime</c>: opens a socket to an engine for each client's. A session counts as one request with the tokens of
/// all its responses, which the engine tells when it closes.
/// </summary>
internal sealed partial class RealtimeEndpoint(
    EnginePool pool, ModelCatalogue catalogue, HostAllowList hosts, FastMode fastMode, IOptions<InstallationOptions> installation, TimeProvider clock,
    IHostApplicationLifetime lifetime, ILogger<RealtimeEndpoint> logger)
{
    public const string Route = "/v1/realtime";

    private const string Kind = "realtime";

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    private readonly string? _token = installation.Value.InternalToken is { Length: > 0 } token ? token : null;

    public async Task HandleAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        request.Endpoint = Route;
        if (Refusal(context, request) is { } refusal)
        {
            await refusal.WriteAsync(context);
            return;
        }

        request.Stream = true;
        request.Begin();
        using var engine = new ClientWebSocketHolder();
        if (await DialAsync(context, request, engine) is not { } chosen)
        {
            await OpenAiErrors.NoEngine.WriteAsync(context);
            return;
        }

        try
        {
            using var client = await context.WebSockets.AcceptWebSocketAsync(engine.Socket.SubProtocol);
            End(request, await RealtimeRelay.RunAsync(client, engine.Socket, request, clock, lifetime.ApplicationStopping));
        }
        finally
        {
            chosen.Leave();
        }
    }

    private OpenAiError? Refusal(HttpContext context, GatewayRequest request)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            return OpenAiErrors.SocketExpected;
        }

        if (!hosts.AllowsOrigin(context.Request))
        {
            return OpenAiErrors.WrongOrigin;
        }

        if (ForwardedHeaders.Check(context.Request) is { } wrongHeader)
        {
            return wrongHeader;
        }

        var model = context.Request.Query["model"].ToString();
        if (model.Length is 0 or > 256)
        {
            return OpenAiErrors.MissingModel;
        }

        request.Model = model;
        return catalogue.TryGet(model, out var known) && known.Kind == Kind ? null : OpenAiErrors.UnknownModel(model);
    }

    /// <summary>Connects to an engine; each is tried at most once.</summary>
    private async Task<Engine?> DialAsync(HttpContext context, GatewayRequest request, ClientWebSocketHolder holder)
    {
        List<Engine>? tried = null;
        string? before = null;
        while (pool.Choose(tried) is { } choice)
        {
            var engine = choice.Engine;
            if (before is null)
            {
                request.Routed(engine.Name, choice.Reason);
            }
            else
            {
                request.Rerouted(before, engine.Name, "connection_failed");
            }

            if (await ConnectAsync(engine, context, request, holder.Renew()))
            {
                return engine;
            }

            engine.Leave();
            pool.Failed(engine);
            before = engine.Name;
            (tried ??= []).Add(engine);
        }

        return null;
    }

    private async Task<bool> ConnectAsync(Engine engine, HttpContext context, GatewayRequest request, ClientWebSocket socket)
    {
        if (engine.Health is null)
        {
            Log.NotConnected(logger, engine.Name, "its HTTP/1.1 address is not configured");
            return false;
        }

        socket.Options.Proxy = null;
        CopyHeaders(context, request, socket);
        foreach (var protocol in context.WebSockets.WebSocketRequestedProtocols)
        {
            // Keys are the gateway's business and go no further.
            if (!protocol.StartsWith(Auth.PresentedKey.Subprotocol, StringComparison.Ordinal))
            {
                socket.Options.AddSubProtocol(protocol);
            }
        }

        var address = new UriBuilder(engine.Health)
        {
            Scheme = engine.Health.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
            Path = Route,
            Query = "model=" + Uri.EscapeDataString(request.Model!),
        };
        using var timeout = new CancellationTokenSource(s_connectTimeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        try
        {
            await socket.ConnectAsync(address.Uri, linked.Token);
            return true;
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or HttpRequestException or ArgumentException)
        {
            Log.NotConnected(logger, engine.Name, exception.Message);
            return false;
        }
    }

    private void CopyHeaders(HttpContext context, GatewayRequest request, ClientWebSocket socket)
    {
        using var message = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        ForwardedHeaders.Copy(context.Request, message, request, _token, fastMode.Enabled);
        EngineTracing.Inject(call: null, message);
        foreach (var (name, values) in message.Headers.NonValidated)
        {
            socket.Options.SetRequestHeader(name, values.ToString());
        }
    }

    private static void End(GatewayRequest request, RelayEnd end)
    {
        switch (end)
        {
            case { ClientLeft: true }:
                request.Cancel(CancelReasons.ClientDisconnected);
                break;
            case { Close: null }:
                request.Fail(OpenAiErrors.StreamBroken with { Status = StatusCodes.Status101SwitchingProtocols });
                break;
            case { Close: { End: "completed" } close }:
                request.Complete(
                    StatusCodes.Status101SwitchingProtocols, new EngineSummary(close.InputTokens, close.OutputTokens, "stop", TtftUs: null, E2eUs: null));
                break;
            case { Close.End: "cancelled" }:
                request.Cancel(CancelReasons.Cancelled);
                break;
            case { Close.End: "timed_out" }:
                request.Fail(OpenAiErrors.StreamTimedOut with { Status = StatusCodes.Status101SwitchingProtocols });
                break;
            default:
                request.Fail(OpenAiErrors.StreamFailed with { Status = StatusCodes.Status101SwitchingProtocols });
                break;
        }
    }

    /// <summary>A socket can connect only once: each try needs another.</summary>
    private sealed class ClientWebSocketHolder : IDisposable
    {
        public ClientWebSocket Socket { get; private set; } = new();

        public ClientWebSocket Renew()
        {
            Socket.Dispose();
            return Socket = new ClientWebSocket();
        }

        public void Dispose() => Socket.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No realtime socket to engine {Engine}: {Reason}")]
        public static partial void NotConnected(ILogger logger, string engine, string reason);
    }
}
