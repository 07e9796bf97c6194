namespace FakeAi.Engine.Dialects.OpenAiImages;

/// <summary>OpenAI's image generation.</summary>
internal static class OpenAiImagesExtensions
{
    public static IHostApplicationBuilder AddOpenAiImages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ImageRequestParser>();
        builder.Services.AddSingleton<ImageHandler>();
        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiImages(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<ImageHandler>();
        endpoints.MapPost(ImageHandler.Route, handler.HandleAsync).WithName("CreateImage");
        return endpoints;
    }
}
