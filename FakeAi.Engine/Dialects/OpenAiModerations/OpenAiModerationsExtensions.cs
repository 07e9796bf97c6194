namespace FakeAi.Engine.Dialects.OpenAiModerations;

/// <summary>OpenAI's moderations.</summary>
internal static class OpenAiModerationsExtensions
{
    public static IHostApplicationBuilder AddOpenAiModerations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ModerationRequestParser>();
        builder.Services.AddSingleton<ModerationHandler>();
        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiModerations(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<ModerationHandler>();
        endpoints.MapPost(ModerationHandler.Route, handler.HandleAsync).WithName("CreateModeration");
        return endpoints;
    }
}
