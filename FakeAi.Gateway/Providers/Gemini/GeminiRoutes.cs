using System.Buffers;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.Gemini;

/// <summary>Gemini's methods of models, under <c>/v1beta</c> and <c>/v1</c> alike.</summary>
internal sealed class GeminiRoutes(GenerationEndpoint generation)
{
    private const int MaxModel = 128;

    private static readonly SearchValues<char> s_model = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@");

    public static string VersionOf(PathString path) => path.StartsWithSegments("/v1beta", StringComparison.OrdinalIgnoreCase) ? "v1beta" : "v1";

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var version in (string[])["v1beta", "v1"])
        {
            foreach (var method in (string[])[GeminiMethods.Generate, GeminiMethods.Stream, GeminiMethods.CountTokens, GeminiMethods.Embed, GeminiMethods.BatchEmbed])
            {
                var route = $"/{version}/models/{{model}}:{method}";
                routes.MapPost(route, context => HandleAsync(context, version, method, route));
            }
        }
    }

    private Task HandleAsync(HttpContext context, string version, string method, string route)
    {
        GatewayRequest.Of(context).Endpoint = route;
        var model = (string?)context.Request.RouteValues["model"] ?? "";

        // The name becomes part of the address at the engine.
        if (model.Length is 0 or > MaxModel || model.AsSpan().ContainsAnyExcept(s_model))
        {
            return new OpenAiError(
                400, "* GenerateContentRequest.model: unexpected model name format\n", "INVALID_ARGUMENT", "model", "invalid_model") { AsTold = true }.WriteAsync(context);
        }

        var alt = context.Request.Query["alt"] == "sse" ? "?alt=sse" : "";
        return generation.HandleAsync(
            context, route, $"/{version}/models/{model}:{method}{alt}", new BodyPeek(model, method == GeminiMethods.Stream), method != GeminiMethods.CountTokens);
    }
}
