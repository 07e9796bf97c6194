using FakeAi.Engine.Hosting.WarmUp;

namespace FakeAi.Engine.Dialects.OpenAiImages;

/// <summary>OpenAI's image generation.</summary>
internal static class OpenAiImagesExtensions
{
    public static IHostApplicationBuilder AddOpenAiImages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ImageRequestParser>();
        builder.Services.AddSingleton<ImageHandler>();
        builder.Services.AddWarmUpRequest(ImageHandler.Route, """{"model":"dall-e-2","prompt":"Sky","size":"256x256","response_format":"b64_json"}""");
        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiImages(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<ImageHandler>();
        endpoints.MapPost(ImageHandler.Route, handler.HandleAsync).WithName("CreateImage");
        return endpoints;
    }
}
