using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.OpenRouter;

/// <summary>OpenRouter's routes. Which model a request means, the engine finds out.</summary>
internal sealed class OpenRouterRoutes(GenerationEndpoint generation, ModelCatalogue catalogue)
{
    private const string Chat = OpenRouterSurface.Root + "/chat/completions";
    private const string Models = OpenRouterSurface.Root + "/models";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Chat, context => generation.HandleAsync(context, Chat, GenerationEndpoint.ChatCompletions));
        routes.MapGet(Models, context =>
        {
            GatewayRequest.Of(context).Endpoint = Models;
            return OpenRouterModels.ListAsync(context, catalogue.OpenRouter);
        });
    }
}
