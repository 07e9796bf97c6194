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
    public const string Responses = "/v1/responses";

    /// <summary>The handler of a route; the engine serves the same route.</summary>
    public RequestDelegate For(string route) => context => HandleAsync(context, route, route);

    /// <summary>The handler of a route that asks the engine for something that is no generation, and so is not counted unless it fails.</summary>
    public RequestDelegate Uncounted(string route) => context => HandleAsync(context, route, route, counted: false);

    /// <summary>Handles a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">The route's template, for events.</param>
    /// <param name="path">Path and query at the engine.</param>
    /// <param name="known">What is asked for, where the address tells it; null where the body does.</param>
    /// <param name="counted">Whether it is a generation.</param>
    /// <param name="choose">
    /// Of providers that have names of their own for models: gives the engine's name of the one that the body names, or the error to answer with.
    /// </param>
    public async Task HandleAsync(
        HttpContext context, string route, string path, BodyPeek? known = null, bool counted = true, Func<string?, ModelChoice>? choose = null)
    {
        using var body = await BeginAsync(context, route, known, counted, choose);
        if (body is not null)
        {
            await ForwardAsync(context, path, body);
        }
    }

    /// <summary>Checks a request and reads its body; null where it is refused and answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">The route's template, for events.</param>
    /// <param name="known">What is asked for, where the address tells it; null where the body does.</param>
    /// <param name="counted">Whether it is a generation.</param>
    /// <param name="choose">Gives the engine's name of the model that the body names, or the error to answer with; null where both have the same names.</param>
    public async ValueTask<RequestBody?> BeginAsync(
        HttpContext context, string route, BodyPeek? known = null, bool counted = true, Func<string?, ModelChoice>? choose = null)
    {
        var request = GatewayRequest.Of(context);
        request.Endpoint = route;
        Name(Activity.Current, route);
        var error = request.Surface.Check(context.Request) ?? ContentTypeCheck.Check(context.Request) ?? ForwardedHeaders.Check(context.Request);
        if (error is not null)
        {
            await error.WriteAsync(context);
            return null;
        }

        (var body, error) = await bodies.ReadAsync(context.Request, context.RequestAborted);
        if (body is null)
        {
            await error!.WriteAsync(context);
            return null;
        }

        (request.Model, request.Stream) = known ?? BodyPeek.Of(body.Memory.Span);
        request.BodyBytes = body.Length;
        if (choose?.Invoke(request.Model) is { } choice)
        {
            if (choice.Error is { } refusal)
            {
                body.Dispose();
                await refusal.WriteAsync(context);
                return null;
            }

            // A body that cannot name another model is no request: the engine says so.
            if (choice.Model != request.Model && ModelField.Replace(body.Memory.Span, choice.Model!) is { } renamed)
            {
                body.Dispose();
                body = renamed;
            }

            request.Model = choice.Model;
        }

        if (counted)
        {
            request.Begin();
        }

        return body;
    }

    /// <summary>Has an engine answer a request that <see cref="BeginAsync"/> has read.</summary>
    public Task ForwardAsync(HttpContext context, string path, RequestBody body) => forwarder.ForwardAsync(context, GatewayRequest.Of(context), path, body);

    private static void Name(Activity? activity, string route)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.DisplayName = "POST " + route;
            activity.SetTag("http.route", route);
        }
    }
}

/// <summary>The model that is to answer, as the engine names it; or why none can.</summary>
/// <param name="Model">The model; null with an error.</param>
/// <param name="Error">The error, or null.</param>
internal readonly record struct ModelChoice(string? Model, OpenAiError? Error = null);
