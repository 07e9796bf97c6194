namespace FakeAi.Engine.Dialects.OpenAiEmbeddings;

/// <summary>OpenAI's embeddings.</summary>
internal static class OpenAiEmbeddingsExtensions
{
    public static IHostApplicationBuilder AddOpenAiEmbeddings(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EmbeddingRequestParser>();
        builder.Services.AddSingleton<EmbeddingHandler>();
        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiEmbeddings(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<EmbeddingHandler>();
        endpoints.MapPost(EmbeddingHandler.Route, handler.HandleAsync).WithName("CreateEmbedding");
        return endpoints;
    }
}
