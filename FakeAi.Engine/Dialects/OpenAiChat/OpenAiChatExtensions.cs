using FakeAi.Engine.Hosting.WarmUp;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>OpenAI's chat completions.</summary>
internal static class OpenAiChatExtensions
{
    private const string Tool = """{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}""";

    private static readonly string[] s_warmUps =
    [
        """ "model":"gpt-4o-mini","max_tokens":20,"stream":true,"stream_options":{"include_usage":true} """,
        """ "model":"gpt-4","max_tokens":20 """,
        """ "model":"gpt-4o","max_tokens":5,"logprobs":true,"top_logprobs":2 """,
        $$""" "model":"gpt-4o","tools":[{{Tool}}],"tool_choice":"required","stream":true """,
        """ "model":"gpt-4o","response_format":{"type":"json_schema","json_schema":{"name":"sky","schema":{"type":"object","properties":{"colour":{"type":"string"}}}}} """,
        """ "model":"gpt-5-mini","max_completion_tokens":80 """,
        """ "model":"gpt-4o-audio-preview","max_tokens":40,"modalities":["text","audio"],"audio":{"voice":"alloy","format":"pcm16"},"stream":true """,
    ];

    public static IHostApplicationBuilder AddOpenAiChat(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OpenAiExchange>();
        builder.Services.AddSingleton<OpenAiTextHandler>();
        builder.Services.AddSingleton<ChatRequestParser>();
        builder.Services.AddSingleton<ChatHandler>();
        foreach (var fields in s_warmUps)
        {
            builder.Services.AddWarmUpRequest(ChatHandler.Route, $$"""{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Why is the sky blue?"}],{{fields}}}""");
        }

        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiChat(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<ChatHandler>();
        endpoints.MapPost(ChatHandler.Route, handler.HandleAsync).WithName("CreateChatCompletion");
        return endpoints;
    }
}
