using System.Buffers;
using System.Diagnostics;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Upstreams;

namespace FakeAi.Gateway.Streams;

/// <summary><c>POST /v1/fakeai/streams/{generator}</c>: hands a request for a generator's stream on to an engine.</summary>
internal sealed class StreamsEndpoint(RequestBodyReader bodies, EngineForwarder forwarder)
{
    public const string Route = "/v1/fakeai/streams/{generator}";
    private const string Prefix = "/v1/fakeai/streams/";
    private const int MaxName = 64;

    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    public async Task HandleAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        request.Endpoint = Route;
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.DisplayName = "POST " + Route;
            activity.SetTag("http.route", Route);
        }

        var name = (string?)context.Request.RouteValues["generator"] ?? "";
        var error = name.Length is 0 or > MaxName || name.AsSpan().ContainsAnyExcept(s_name)
            ? OpenAiErrors.StreamName
            : ContentTypeCheck.Check(context.Request) ?? ForwardedHeaders.Check(context.Request);
        if (error is not null)
        {
            await error.WriteAsync(context);
            return;
        }

        (var body, error) = await bodies.ReadAsync(context.Request, context.RequestAborted);
        if (body is null)
        {
            await error!.WriteAsync(context);
            return;
        }

        using (body)
        {
            request.Model = BodyPeek.Of(body.Memory.Span).Model;
            request.Stream = true;
            request.BodyBytes = body.Length;
            request.Begin();
            await forwarder.ForwardAsync(context, request, Prefix + name, body);
        }
    }
}
