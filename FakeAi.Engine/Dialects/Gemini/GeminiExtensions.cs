namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Google's Gemini API.</summary>
internal static class GeminiExtensions
{
    public static IHostApplicationBuilder AddGemini(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<GenerateRequestParser>();
        builder.Services.AddSingleton<GenerateHandler>();
        return builder;
    }

    public static IEndpointRouteBuilder MapGemini(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<GenerateHandler>();
        foreach (var version in (string[])["v1beta", "v1"])
        {
            var model = $"/{version}/models/{{model}}";
            endpoints.MapPost($"{model}:generateContent", handler.Generate(version, $"{model}:generateContent"));
            endpoints.MapPost($"{model}:streamGenerateContent", handler.Stream(version, $"{model}:streamGenerateContent"));
            endpoints.MapPost($"{model}:countTokens", handler.Count(version));
        }

        return endpoints;
    }
}
