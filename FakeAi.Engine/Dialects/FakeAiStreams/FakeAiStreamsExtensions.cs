using FakeAi.Engine.Hosting.WarmUp;
using FakeAi.Engine.Streaming.Generators;

namespace FakeAi.Engine.Dialects.FakeAiStreams;

/// <summary>Streams of generators: <c>POST /v1/fakeai/streams/{generator}</c>.</summary>
internal static class FakeAiStreamsExtensions
{
    public static IHostApplicationBuilder AddFakeAiStreams(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StreamsHandler>();
        builder.Services.AddWarmUpRequest("/v1/fakeai/streams/text", """{"input":"Why is the sky blue?","max_tokens":5}""");
        builder.Services.AddStreamGenerator<TextGenerator>();
        builder.Services.AddStreamGenerator<BinaryGenerator>();
        return builder;
    }

    public static IEndpointRouteBuilder MapFakeAiStreams(this IEndpointRouteBuilder endpoints)
    {
        var handler = endpoints.ServiceProvider.GetRequiredService<StreamsHandler>();
        endpoints.MapPost(StreamsHandler.Route, handler.HandleAsync).WithName("CreateStream");
        return endpoints;
    }
}
