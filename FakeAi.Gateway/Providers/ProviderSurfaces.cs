using FakeAi.Gateway.Providers.Anthropic;
using FakeAi.Gateway.Providers.Azure;
using FakeAi.Gateway.Providers.Gemini;
using FakeAi.Gateway.Providers.OpenAi;
using FakeAi.Gateway.Providers.OpenRouter;
using FakeAi.Gateway.Providers.Perplexity;

namespace FakeAi.Gateway.Providers;

/// <summary>
/// Chooses the surface by path, and by headers where providers share a path: <c>/v1/models</c> is Anthropic's with
/// <c>anthropic-version</c>, Gemini's with <c>x-goog-api-key</c>, else OpenAI's, as all else that no other provider has.
/// <c>/openai</c> is Azure's, <c>/api/v1</c> OpenRouter's, <c>/perplexity</c> Perplexity's.
/// </summary>
internal static class ProviderSurfaces
{
    public static readonly OpenAiSurface OpenAi = new();
    public static readonly AnthropicSurface Anthropic = new();
    public static readonly GeminiSurface Gemini = new();
    public static readonly AzureSurface Azure = new();
    public static readonly OpenRouterSurface OpenRouter = new();
    public static readonly PerplexitySurface Perplexity = new();

    /// <summary>Whether a path belongs to a provider's API at all.</summary>
    public static bool IsProviderPath(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/v1beta", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments(AzureSurface.Root, StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments(OpenRouterSurface.Root, StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments(PerplexitySurface.Root, StringComparison.OrdinalIgnoreCase);

    public static ProviderSurface Of(HttpRequest request)
    {
        if (request.Path.StartsWithSegments("/v1beta", StringComparison.OrdinalIgnoreCase))
        {
            return Gemini;
        }

        if (!request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase, out var rest))
        {
            return request.Path.StartsWithSegments(AzureSurface.Root, StringComparison.OrdinalIgnoreCase) ? Azure
                : request.Path.StartsWithSegments(OpenRouterSurface.Root, StringComparison.OrdinalIgnoreCase) ? OpenRouter
                : request.Path.StartsWithSegments(PerplexitySurface.Root, StringComparison.OrdinalIgnoreCase) ? Perplexity
                : OpenAi;
        }

        if (rest.StartsWithSegments("/messages", StringComparison.OrdinalIgnoreCase))
        {
            return Anthropic;
        }

        return !rest.StartsWithSegments("/models", StringComparison.OrdinalIgnoreCase) ? OpenAi
            : request.Headers.ContainsKey(AnthropicSurface.VersionHeader) ? Anthropic
            : request.Headers.ContainsKey(GeminiSurface.KeyHeader) || GeminiMethods.Of(rest.Value) is not null ? Gemini
            : OpenAi;
    }
}
