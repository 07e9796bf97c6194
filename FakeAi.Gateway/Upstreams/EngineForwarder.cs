using System.Net;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Upstreams;

/// <summary>Hands a request to an engine and its answer to the client, and decides how the request ended.</summary>
internal sealed class EngineForwarder(EngineDialer dialer, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private readonly TimeSpan _timeout = options.Value.EngineTimeout;

    /// <summary>Forwards to the same path of an engine. Whatever happens, the request's end is told once.</summary>
    public async Task ForwardAsync(HttpContext context, GatewayRequest request, string path, RequestBody body)
    {
        using var lifetime = new CancellationTokenSource(_timeout, clock);
        await using var abort = context.RequestAborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), lifetime);
        try
        {
            var (call, error) = await dialer.DialAsync(context, request, path, body, lifetime.Token);
            if (call is null)
            {
                var answer = error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                    ? OpenAiErrors.NoEngine
                    : OpenAiErrors.EngineLost;
                await answer.WriteAsync(context);
                return;
            }

            using (call)
            {
                await AnswerAsync(context, request, call, lifetime.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException && lifetime.IsCancellationRequested)
        {
            // What the engine's connection says to being given up differs; why it was does not.
            await GiveUpAsync(context, request);
        }
    }

    private static async Task AnswerAsync(HttpContext context, GatewayRequest request, EngineCall call, CancellationToken cancellationToken)
    {
        if (call.Response.StatusCode == HttpStatusCode.Unauthorized)
        {
            // Clients' keys are the gateway's business: what an engine refuses is the gateway itself.
            await OpenAiErrors.EngineRefuses.WriteAsync(context);
            return;
        }

        EngineAnswer.CopyHead(call, context, request);
        var outcome = call.Response.IsSuccessStatusCode
            ? await EngineAnswer.RelayAsync(call, context, request, cancellationToken)
            : await EngineAnswer.RelayErrorAsync(call, context, request, cancellationToken);
        switch (outcome)
        {
            case RelayOutcome.ClientGone:
                EngineTracing.Failed(call.Span, CancelReasons.ClientDisconnected);
                request.Cancel(CancelReasons.ClientDisconnected);
                break;
            case RelayOutcome.EngineBroke when !context.Response.HasStarted:
                EngineTracing.Failed(call.Span, "connection_lost");
                context.Response.Headers.ContentLength = null;
                await OpenAiErrors.EngineLost.WriteAsync(context);
                break;
            case RelayOutcome.EngineBroke:
                EngineTracing.Failed(call.Span, "connection_lost");
                request.Fail(OpenAiErrors.StreamBroken with { Status = context.Response.StatusCode });
                context.Abort();
                break;
            case RelayOutcome.Delivered when call.Response.IsSuccessStatusCode:
                End(context, request, EngineAnswer.Summary(call));
                break;
            case RelayOutcome.Delivered when EngineAnswer.WasCancelled(call.Response):
                request.Cancel(CancelReasons.Cancelled);
                break;
        }
    }

    /// <summary>Ends a request whose answer came to its end, though perhaps not whole.</summary>
    private static void End(HttpContext context, GatewayRequest request, EngineSummary summary)
    {
        switch (summary.Outcome)
        {
            case null:
                request.Complete(context.Response.StatusCode, summary);
                break;
            case "cancelled":
                request.Cancel(CancelReasons.Cancelled);
                break;
            case "timed_out":
                request.Fail(OpenAiErrors.StreamTimedOut with { Status = context.Response.StatusCode });
                break;
            default:
                request.Fail(OpenAiErrors.StreamFailed with { Status = context.Response.StatusCode });
                break;
        }

        if (summary.Broken)
        {
            context.Abort();
        }
    }

    private static async Task GiveUpAsync(HttpContext context, GatewayRequest request)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            request.Cancel(CancelReasons.ClientDisconnected);
        }
        else if (context.Response.HasStarted)
        {
            request.Fail(OpenAiErrors.StreamTimeout with { Status = context.Response.StatusCode });
            context.Abort();
        }
        else
        {
            context.Response.Headers.ContentLength = null;
            await OpenAiErrors.EngineTimeout.WriteAsync(context);
        }
    }
}
