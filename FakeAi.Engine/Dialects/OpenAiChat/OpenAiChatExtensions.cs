namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>OpenAI's chat completions.</summary>
internal static class OpenAiChatExtensions
{
    public static IHostApplicationBuilder AddOpenAiChat(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OpenAiExchange>();
        builder.Services.AddSingleton<OpenAiTextHandler>();
        builder.Services.AddSingleton<ChatRequestParser>();
        builder.Services.AddSingleton<ChatHandler>();
        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiChat(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<ChatHandler>();
        endpoints.MapPost(ChatHandler.Route, handler.HandleAsync).WithName("CreateChatCompletion");
        return endpoints;
    }
}
