namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Google's Gemini API.</summary>
internal static class GeminiExtensions
{
    public static IHostApplicationBuilder AddGemini(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<GenerateRequestParser>();
        builder.Services.AddSingleton<GenerateHandler>();
        builder.Services.AddSingleton<EmbedRequestParser>();
        builder.Services.AddSingleton<EmbedHandler>();
        return builder;
    }

    public static IEndpointRouteBuilder MapGemini(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<GenerateHandler>();
        var embeddings = endpoints.ServiceProvider.GetRequiredService<EmbedHandler>();
        foreach (var version in (string[])["v1beta", "v1"])
        {
            var model = $"/{version}/models/{{model}}";
            endpoints.MapPost($"{model}:generateContent", handler.Generate(version, $"{model}:generateContent"));
            endpoints.MapPost($"{model}:streamGenerateContent", handler.Stream(version, $"{model}:streamGenerateContent"));
            endpoints.MapPost($"{model}:countTokens", handler.Count(version));
            endpoints.MapPost($"{model}:embedContent", embeddings.Embed(version, $"{model}:embedContent", batch: false));
            endpoints.MapPost($"{model}:batchEmbedContents", embeddings.Embed(version, $"{model}:batchEmbedContents", batch: true));
        }

        return endpoints;
    }
}
