using System.Net;
using FakeAi.Gateway.Admin;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Upstreams.Links;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Upstreams;

/// <summary>Finds an engine that answers: while no byte of an answer has come, the next engine is tried, each at most once.</summary>
internal sealed partial class EngineDialer(
    EnginePool pool, FastMode fastMode, IOptions<InstallationOptions> installation, ILogger<EngineDialer> logger)
{
    private const string FormatParameter = "format";
    private const int MaxFormat = 32;

    private readonly string? _token = installation.Value.InternalToken is { Length: > 0 } token ? token : null;

    /// <summary>Gives the answer's beginning, or why none could be had.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<(EngineCall? Call, HttpRequestError? Error)> DialAsync(
        HttpContext context, GatewayRequest request, string path, RequestBody body, CancellationToken cancellationToken)
    {
        if (pool.Choose() is not { } choice)
        {
            return (null, HttpRequestError.ConnectionError);
        }

        request.Routed(choice.Engine.Name, choice.Reason);
        List<Engine>? tried = null;
        while (true)
        {
            var engine = choice.Engine;
            HttpRequestError error;
            try
            {
                return (await SendAsync(engine, context.Request, request, path, body, cancellationToken), null);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                error = ErrorOf(exception);
                pool.Failed(engine);
                Log.NoAnswer(logger, engine.Name, request.Id, Reason(error));
            }

            (tried ??= []).Add(engine);
            if (pool.Choose(tried) is not { } next)
            {
                return (null, error);
            }

            request.Rerouted(engine.Name, next.Engine.Name, Reason(error));
            choice = next;
        }
    }

    private async Task<EngineCall> SendAsync(
        Engine engine, HttpRequest from, GatewayRequest request, string path, RequestBody body, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, Address(engine, from, request, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body.ToContent(),
        };
        ForwardedHeaders.Copy(from, message, request, _token, fastMode.Enabled);
        var span = EngineTracing.Start(engine, message);
        EngineTracing.Inject(span, message);
        var linked = request.Stream && engine.Link?.Open() is { } place ? new LinkedCall(place, cancellationToken) : null;
        try
        {
            var (response, isLinked) = linked is null ? (await engine.SendAsync(message, cancellationToken), false) : await linked.SendAsync(engine, message);
            EngineTracing.Answered(span, (int)response.StatusCode);
            return new EngineCall(engine, message, response, span, linked, isLinked);
        }
        catch (Exception exception)
        {
            EngineTracing.Failed(span, cancellationToken.IsCancellationRequested ? "cancelled" : Reason(ErrorOf(exception)));
            linked?.Dispose();
            span?.Dispose();
            message.Dispose();
            engine.Leave();
            throw;
        }
    }

    /// <summary>The address at an engine. Only that of a fixed route without parameters is kept: clients can make up any number of others.</summary>
    private static Uri Address(Engine engine, HttpRequest from, GatewayRequest request, string path)
    {
        if (!from.QueryString.HasValue || !from.Query.TryGetValue(FormatParameter, out var format))
        {
            return path == request.Endpoint ? engine.For(path) : new Uri(engine.Data, path);
        }

        var value = format.ToString();
        return new Uri(engine.Data, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{FormatParameter}={Uri.EscapeDataString(value.Length <= MaxFormat ? value : value[..MaxFormat])}");
    }

    /// <summary>The handler tells its own connect timeout as a cancellation.</summary>
    private static HttpRequestError ErrorOf(Exception exception) => exception switch
    {
        HttpRequestException http => http.HttpRequestError,
        OperationCanceledException => HttpRequestError.ConnectionError,
        _ => HttpRequestError.Unknown,
    };

    private static string Reason(HttpRequestError error) => error switch
    {
        HttpRequestError.ConnectionError => "connection_failed",
        HttpRequestError.NameResolutionError => "name_resolution",
        HttpRequestError.ResponseEnded => "connection_lost",
        HttpRequestError.HttpProtocolError => "stream_reset",
        _ => "request_failed",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Engine {Engine} gave no answer to {RequestId}: {Reason}.")]
        public static partial void NoAnswer(ILogger logger, string engine, string requestId, string reason);
    }
}
