using System.Diagnostics;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Upstreams;

namespace FakeAi.Gateway.Chat;

/// <summary>Any route whose answer is generated: reads the body once, learns what routing and events need, hands it on.</summary>
internal sealed class GenerationEndpoint(RequestBodyReader bodies, EngineForwarder forwarder)
{
    public const string ChatCompletions = "/v1/chat/completions";
    public const string Completions = "/v1/completions";
    public const string Speech = "/v1/audio/speech";
    public const string Images = "/v1/images/generations";
    public const string Embeddings = "/v1/embeddings";
    public const string Moderations = "/v1/moderations";

    /// <summary>The handler of a route; the engine serves the same route.</summary>
    public RequestDelegate For(string route) => context => HandleAsync(context, route);

    private async Task HandleAsync(HttpContext context, string route)
    {
        var request = GatewayRequest.Of(context);
        request.Endpoint = route;
        Name(Activity.Current, route);
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
            await forwarder.ForwardAsync(context, request, route, body);
        }
    }

    private static void Name(Activity? activity, string route)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.DisplayName = "POST " + route;
            activity.SetTag("http.route", route);
        }
    }
}
