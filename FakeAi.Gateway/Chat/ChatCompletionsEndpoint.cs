using System.Diagnostics;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Upstreams;

namespace FakeAi.Gateway.Chat;

/// <summary><c>POST /v1/chat/completions</c>: reads the body once, learns what routing and events need, hands it on.</summary>
internal sealed class ChatCompletionsEndpoint(RequestBodyReader bodies, EngineForwarder forwarder)
{
    public const string Route = "/v1/chat/completions";

    public async Task HandleAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        request.Endpoint = Route;
        Name(Activity.Current);
        if (ContentTypeCheck.Check(context.Request) is { } wrongType)
        {
            await wrongType.WriteAsync(context);
            return;
        }

        if (ForwardedHeaders.Check(context.Request) is { } wrongHeader)
        {
            await wrongHeader.WriteAsync(context);
            return;
        }

        var (body, error) = await bodies.ReadAsync(context.Request, context.RequestAborted);
        if (body is null)
        {
            await error!.WriteAsync(context);
            return;
        }

        using (body)
        {
            (request.Model, request.Stream) = BodyPeek.Of(body.Memory.Span);
            request.BodyBytes = body.Length;
            request.Begin();
            await forwarder.ForwardAsync(context, request, Route, body);
        }
    }

    private static void Name(Activity? activity)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.DisplayName = "POST " + Route;
            activity.SetTag("http.route", Route);
        }
    }
}
