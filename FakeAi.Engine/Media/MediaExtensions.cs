using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Streaming.Generators;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FakeAi.Engine.Media;

/// <summary>What sound and images have in common.</summary>
internal static class MediaExtensions
{
    public static IHostApplicationBuilder AddMedia(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton<OpenAiExchange>();
        builder.Services.AddSingleton<MediaPipeline>();
        builder.Services.AddStreamGenerator<AudioGenerator>();
        builder.Services.AddStreamGenerator<ImageGenerator>();
        return builder;
    }
}
