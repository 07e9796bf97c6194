using FakeAi.Engine.Hosting.WarmUp;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>OpenAI's responses.</summary>
internal static class OpenAiResponsesExtensions
{
    private static readonly string[] s_warmUps =
    [
        """ "model":"gpt-4o-mini","max_output_tokens":20,"stream":true """,
        """ "model":"gpt-5-mini","max_output_tokens":80,"reasoning":{"summary":"auto"} """,
    ];

    public static IHostApplicationBuilder AddOpenAiResponses(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ResponsesRequestParser>();
        builder.Services.AddSingleton<ResponsesHandler>();
        foreach (var fields in s_warmUps)
        {
            builder.Services.AddWarmUpRequest(ResponsesHandler.Route, $$"""{"input":[{"role":"user","content":"Why is the sky blue?"}],{{fields}}}""");
        }

        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiResponses(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<ResponsesHandler>();
        endpoints.MapPost(ResponsesHandler.Route, handler.HandleAsync).WithName("CreateResponse");
        return endpoints;
    }
}
