using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Anthropic;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Dialects.FakeAiStreams;
using FakeAi.Engine.Dialects.Gemini;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Dialects.OpenAiCompletions;
using FakeAi.Engine.Dialects.OpenAiEmbeddings;
using FakeAi.Engine.Dialects.OpenAiImages;
using FakeAi.Engine.Dialects.OpenAiModerations;
using FakeAi.Engine.Dialects.OpenAiResponses;
using FakeAi.Engine.Dialects.OpenAiSpeech;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Hosting.WarmUp;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Media;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Realtime;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Admin;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Hosting;

/// <summary>
/// The engine as a library: everything it adds to a host, and everything it maps. The host brings the event publisher.
/// </summary>
public static class EngineExtensions
{
    /// <summary>Adds everything that answers requests. Settings: section <c>FakeAi:Engine</c>.</summary>
    public static IHostApplicationBuilder AddEngine(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<EngineOptions>().BindConfiguration(EngineOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(ModelCatalogue.Default);
        builder.Services.AddSingleton<Tokenizers>();
        builder.AddAnswerSources();
        builder.Services.AddSingleton<AnswerGenerator>();
        builder.Services.AddSingleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>();
        builder.AddLatency();
        builder.AddWorkers();
        builder.Services.AddSingleton<EngineTelemetry>();
        builder.Services.AddSingleton<RequestBody>();
        builder.Services.AddSingleton<SteeringReader>();
        builder.Services.AddSingleton<WorkerPlaces>();
        builder.Services.AddSingleton<RequestAdmission>();
        builder.Services.AddSingleton<RequestReader>();
        builder.Services.AddSingleton<AnswerPipeline>();
        builder.Services.AddSingleton<GenerationPipeline>();
        builder.Services.AddSingleton<GeneratorPipeline>();
        builder.AddStreaming();
        builder.AddOpenAiChat();
        builder.AddOpenAiCompletions();
        builder.AddOpenAiResponses();
        builder.Services.AddSingleton<ProviderExchange>();
        builder.AddAnthropic();
        builder.AddGemini();
        builder.AddFakeAiStreams();
        builder.AddMedia();
        builder.AddOpenAiSpeech();
        builder.AddOpenAiImages();
        builder.Services.AddSingleton<WholeAnswers>();
        builder.AddOpenAiEmbeddings();
        builder.AddOpenAiModerations();
        builder.AddRealtime();
        builder.AddWarmUp();
        return builder;
    }

    /// <summary>Maps every route, and lets only holders of the internal token in.</summary>
    public static WebApplication MapEngine(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseInternalToken();
        app.UseWebSockets();
        app.MapChunkLinks();
        app.MapStreamAdmin();
        app.MapOpenAiChat();
        app.MapWorkers();
        app.MapOpenAiCompletions();
        app.MapOpenAiResponses();
        app.MapAnthropic();
        app.MapGemini();
        app.MapFakeAiStreams();
        app.MapOpenAiSpeech();
        app.MapOpenAiImages();
        app.MapOpenAiEmbeddings();
        app.MapOpenAiModerations();
        app.MapRealtime();
        return app;
    }
}
