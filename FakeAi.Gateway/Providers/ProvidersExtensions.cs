using FakeAi.Gateway.Chat;
using FakeAi.Gateway.Models;
using FakeAi.Gateway.Providers.Anthropic;
using FakeAi.Gateway.Providers.Azure;
using FakeAi.Gateway.Providers.Gemini;
using FakeAi.Gateway.Providers.OpenRouter;
using FakeAi.Gateway.Providers.Perplexity;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers;

/// <summary>The routes of providers beside OpenAI, and those that providers share.</summary>
internal static class ProvidersExtensions
{
    private const string Models = "/models";
    private const string Messages = "/v1/messages";
    private const string PerplexityChat = PerplexitySurface.Root + "/chat/completions";
    private const string CountTokens = "/v1/messages/count_tokens";

    public static IServiceCollection AddProviders(this IServiceCollection services) => services
        .AddSingleton<AnthropicModels>()
        .AddSingleton<GeminiModels>()
        .AddSingleton<GeminiRoutes>()
        .AddSingleton<AzureDeployments>()
        .AddSingleton<AzureRoutes>()
        .AddSingleton<OpenRouterRoutes>();

    public static IEndpointRouteBuilder MapProviders(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var generation = services.GetRequiredService<GenerationEndpoint>();
        routes.MapPost(Messages, generation.For(Messages));
        routes.MapPost(CountTokens, generation.Uncounted(CountTokens));
        routes.MapPost(PerplexityChat, context => generation.HandleAsync(context, PerplexityChat, GenerationEndpoint.ChatCompletions));
        services.GetRequiredService<GeminiRoutes>().Map(routes);
        services.GetRequiredService<AzureRoutes>().Map(routes);
        services.GetRequiredService<OpenRouterRoutes>().Map(routes);

        var (openAi, anthropic, gemini) = (
            services.GetRequiredService<ModelsEndpoints>(), services.GetRequiredService<AnthropicModels>(), services.GetRequiredService<GeminiModels>());
        foreach (var version in (string[])["/v1", "/v1beta"])
        {
            routes.MapGet(version + Models, context => ListAsync(context, version));
            routes.MapGet(version + Models + "/{**id}", context => GetAsync(context, version));
        }

        return routes;

        Task ListAsync(HttpContext context, string version)
        {
            GatewayRequest.Of(context).Endpoint = version + Models;
            return ListOf(context).ListAsync(context);
        }

        Task GetAsync(HttpContext context, string version)
        {
            // The server leaves %2F as it stands; ids such as meta-llama/Llama-3 come in both forms.
            var id = (context.Request.RouteValues["id"] as string ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            if (id.Length == 0)
            {
                return ListAsync(context, version);
            }

            GatewayRequest.Of(context).Endpoint = version + Models + "/{id}";
            return ListOf(context).GetAsync(context, id);
        }

        IModelList ListOf(HttpContext context) => GatewayRequest.Of(context).Surface switch
        {
            AnthropicSurface => anthropic,
            GeminiSurface => gemini,
            _ => openAi,
        };
    }
}
