using FakeAi.Contracts.Wire;
using FakeAi.EventBus;
using FakeAi.Gateway.OpenAi;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Requests;

/// <summary>Outermost: gives the request its id and state, turns what nobody caught into an answer, and sees that its end is told.</summary>
internal sealed partial class RequestMiddleware(
    RequestDelegate next, IEventPublisher events, TimeProvider clock, IOptions<GatewayOptions> options, ILogger<RequestMiddleware> logger)
{
    private const int MaxClientId = 512;
    private const int Burst = 8;

    private readonly string _organization = options.Value.Organization;

    public async Task InvokeAsync(HttpContext context)
    {
        var request = new GatewayRequest(context, events, clock, _organization);
        context.Features.Set(request);
        Identify(context, request);
        try
        {
            // Its time of receipt is noted, and its schedule counts from then: in a burst let the others have theirs noted, too.
            if (ThreadPool.PendingWorkItemCount > Burst)
            {
                await Task.Yield();
            }

            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            if (request.Failure is null)
            {
                request.Cancel(CancelReasons.ClientDisconnected);
            }
        }
        catch (Exception exception)
        {
            await AnswerAsync(context, request, exception);
        }
        finally
        {
            request.EndFailed();
        }
    }

    private static void Identify(HttpContext context, GatewayRequest request)
    {
        context.Response.Headers[PublicHeaders.RequestId] = request.Id;
        var clientId = context.Request.Headers[PublicHeaders.ClientRequestId];
        if (clientId.Count == 1 && clientId[0] is { Length: > 0 and <= MaxClientId } value && HeaderText.IsPrintable(value))
        {
            context.Response.Headers[PublicHeaders.ClientRequestId] = value;
        }
    }

    private async Task AnswerAsync(HttpContext context, GatewayRequest request, Exception exception)
    {
        Log.Unhandled(logger, request.Id, request.Endpoint, exception);
        request.Fail(context.Response.HasStarted ? OpenAiErrors.StreamBroken : OpenAiErrors.Unhandled);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        Identify(context, request);
        try
        {
            await OpenAiErrors.Unhandled.WriteAsync(context);
        }
        catch (OperationCanceledException)
        {
            // The client left meanwhile; the failure stands.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} on {Endpoint} failed unexpectedly.")]
        public static partial void Unhandled(ILogger logger, string requestId, string endpoint, Exception exception);
    }
}
