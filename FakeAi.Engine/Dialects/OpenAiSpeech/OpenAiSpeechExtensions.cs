using FakeAi.Engine.Hosting.WarmUp;

namespace FakeAi.Engine.Dialects.OpenAiSpeech;

/// <summary>OpenAI's text to speech.</summary>
internal static class OpenAiSpeechExtensions
{
    public static IHostApplicationBuilder AddOpenAiSpeech(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SpeechRequestParser>();
        builder.Services.AddSingleton<SpeechHandler>();
        builder.Services.AddWarmUpRequest(SpeechHandler.Route, """{"model":"gpt-4o-mini-tts","input":"Hi.","voice":"alloy","response_format":"wav"}""");
        return builder;
    }

    public static IEndpointRouteBuilder MapOpenAiSpeech(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<SpeechHandler>();
        endpoints.MapPost(SpeechHandler.Route, handler.HandleAsync).WithName("CreateSpeech");
        return endpoints;
    }
}
