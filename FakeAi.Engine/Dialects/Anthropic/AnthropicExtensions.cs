namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Anthropic's messages.</summary>
internal static class AnthropicExtensions
{
    public static IHostApplicationBuilder AddAnthropic(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MessagesRequestParser>();
        builder.Services.AddSingleton<MessagesHandler>();
        return builder;
    }

    public static IEndpointRouteBuilder MapAnthropic(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<MessagesHandler>();
        endpoints.MapPost(MessagesHandler.Route, handler.HandleAsync).WithName("CreateMessage");
        endpoints.MapPost(MessagesHandler.CountRoute, handler.CountAsync).WithName("CountMessageTokens");
        return endpoints;
    }
}
