using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Dialects.OpenAiCompletions;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Hosting;

/// <summary>
/// The engine as a library: everything it adds to a host, and everything it maps. The host brings the event publisher.
/// </summary>
internal static class EngineExtensions
{
    public static IHostApplicationBuilder AddEngine(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<EngineOptions>().BindConfiguration(EngineOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(ModelCatalogue.Default);
        builder.Services.AddSingleton<Tokenizers>();
        builder.Services.AddSingleton<AnswerGenerator>();
        builder.Services.AddSingleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>();
        builder.AddLatency();
        builder.AddWorkers();
        builder.Services.AddSingleton<EngineClock>();
        builder.Services.AddSingleton<ClockWheel>();
        builder.Services.AddSingleton<WheelThread>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<WheelThread>());
        builder.Services.AddSingleton<StreamManager>();
        builder.Services.AddSingleton<EngineTelemetry>();
        builder.Services.AddSingleton<RequestBody>();
        builder.Services.AddSingleton<SteeringReader>();
        builder.Services.AddSingleton<RequestAdmission>();
        builder.Services.AddSingleton<GenerationPipeline>();
        builder.AddOpenAiChat();
        builder.AddOpenAiCompletions();
        return builder;
    }

    public static WebApplication MapEngine(this WebApplication app)
    {
        app.UseInternalToken();
        app.MapOpenAiChat();
        app.MapWorkers();
        app.MapOpenAiCompletions();
        return app;
    }
}
