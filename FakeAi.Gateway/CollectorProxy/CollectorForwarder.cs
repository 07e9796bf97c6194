using FakeAi.Contracts.Wire;
using FakeAi.Gateway.OpenAi;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FakeAi.Gateway.CollectorProxy;

/// <summary>Forwards a query to the collector and streams its answer back.</summary>
internal sealed class CollectorForwarder(
    CollectorAddress collector, IOptions<InstallationOptions> installation, IOptions<GatewayOptions> options, TimeProvider clock) : IDisposable
{
    private const int MinimumRead = 4096;

    private static readonly string[] s_requestHeaders = [HeaderNames.Accept, HeaderNames.IfNoneMatch, HeaderNames.IfModifiedSince];

    private static readonly string[] s_responseHeaders =
        [HeaderNames.CacheControl, HeaderNames.ETag, HeaderNames.LastModified, HeaderNames.Vary, HeaderNames.RetryAfter, HeaderNames.Allow];

    private readonly TimeSpan _timeout = options.Value.CollectorTimeout;
    private readonly string? _token = installation.Value.InternalToken;

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        UseCookies = false,
        UseProxy = false,
    });

    /// <summary>Forwards with the client's own method and path.</summary>
    public Task ForwardAsync(HttpContext context) => ForwardAsync(context, HttpMethod.Get, context.Request.Path);

    /// <summary>Forwards as another method or to another path. The body is not sent on: the collector's queries have none.</summary>
    public async Task ForwardAsync(HttpContext context, HttpMethod method, PathString path)
    {
        if (collector.Http is null)
        {
            await OpenAiErrors.CollectorUnavailable.WriteAsync(context);
            return;
        }

        using var message = new HttpRequestMessage(method, collector.For(collector.Http.Scheme, path, context.Request.QueryString));
        Prepare(message, context.Request);
        using var silence = new CancellationTokenSource(_timeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, context.RequestAborted);
        try
        {
            using var response = await _client.SendAsync(message, linked.Token);
            if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized)
            {
                await OpenAiErrors.CollectorRefuses.WriteAsync(context);
                return;
            }

            CopyHead(response, context.Response);
            await CopyBodyAsync(response, context.Response, silence, linked.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException
            && !context.RequestAborted.IsCancellationRequested)
        {
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Headers.ContentLength = null;
            await OpenAiErrors.CollectorUnavailable.WriteAsync(context);
        }
        catch (OperationCanceledException)
        {
            // The client left.
        }
    }

    public void Dispose() => _client.Dispose();

    private static void CopyHead(HttpResponseMessage from, HttpResponse to)
    {
        to.StatusCode = (int)from.StatusCode;
        to.ContentType = from.Content.Headers.ContentType?.ToString();
        to.ContentLength = from.Content.Headers.ContentLength;
        foreach (var name in s_responseHeaders)
        {
            if (from.Headers.NonValidated.TryGetValues(name, out var values) || from.Content.Headers.NonValidated.TryGetValues(name, out values))
            {
                to.Headers[name] = values.ToString();
            }
        }
    }

    private void Prepare(HttpRequestMessage message, HttpRequest from)
    {
        foreach (var name in s_requestHeaders)
        {
            if (from.Headers[name] is { Count: 1 } value && Requests.HeaderText.IsPrintable(value[0]))
            {
                message.Headers.TryAddWithoutValidation(name, value[0]);
            }
        }

        if (_token is { Length: > 0 })
        {
            message.Headers.TryAddWithoutValidation(InternalHeaders.Token, _token);
        }
    }

    private async Task CopyBodyAsync(HttpResponseMessage from, HttpResponse to, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var body = await from.Content.ReadAsStreamAsync(cancellationToken);
        while (true)
        {
            silence.CancelAfter(_timeout);
            var read = await body.ReadAsync(to.BodyWriter.GetMemory(MinimumRead), cancellationToken);
            if (read == 0)
            {
                return;
            }

            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            to.BodyWriter.Advance(read);
            await to.BodyWriter.FlushAsync(cancellationToken);
        }
    }
}
