using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming.Compression;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Streaming.Generators;
using FakeAi.Engine.Streaming.Links;

namespace FakeAi.Engine.Streaming;

/// <summary>Composes what every stream runs on.</summary>
internal static class StreamingExtensions
{
    public static IHostApplicationBuilder AddStreaming(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<EngineClock>();
        services.AddSingleton<ClockWheel>();
        services.AddSingleton<WheelThread>();
        services.AddHostedService(static provider => provider.GetRequiredService<WheelThread>());
        services.AddSingleton<StreamManager>();
        services.AddSingleton<ChunkLinks>();
        services.AddSingleton<ContentCodings>();
        services.AddSingleton<StreamFormats>();
        services.AddSingleton<StreamGenerators>();

        // Before those of a host's own, which beat ours of the same name: a host registers after AddEngine.
        services.AddStreamFormatter<SseFormatter>();
        services.AddStreamFormatter<JsonLinesFormatter>();
        services.AddStreamFormatter<PlainTextFormatter>();
        services.AddStreamFormatter<BinaryFormatter>();
        return builder;
    }

    /// <summary>Maps where gateways open their chunk links.</summary>
    public static void MapChunkLinks(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(ChunkFrames.Route, endpoints.ServiceProvider.GetRequiredService<ChunkLinks>().HandleAsync);
}
