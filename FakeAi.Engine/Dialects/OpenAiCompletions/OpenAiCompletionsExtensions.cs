using FakeAi.Engine.Hosting.WarmUp;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>OpenAI's legacy completions.</summary>
internal static class OpenAiCompletionsExtensions
{
    public static IHostApplicationBuilder AddOpenAiCompletions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CompletionRequestParser>();
        builder.Services.AddSingleton<CompletionHandler>();
        builder.Services.AddWarmUpRequest(CompletionHandler.Route, """{"model":"gpt-3.5-turbo-instruct","prompt":"The sky is","stream":true}""");
        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiCompletions(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<CompletionHandler>();
        endpoints.MapPost(CompletionHandler.Route, handler.HandleAsync).WithName("CreateCompletion");
        return endpoints;
    }
}
