namespace FakeAi.Engine.Hosting.WarmUp;

/// <summary>Composes the warm-up.</summary>
internal static class WarmUpExtensions
{
    public static IHostApplicationBuilder AddWarmUp(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EngineWarmUp>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<EngineWarmUp>());
        builder.Services.AddHealthChecks().AddCheck<EngineWarmUp>("warm-up");
        return builder;
    }

    /// <summary>Has a request answered while the engine warms up: one for each way that a dialect's code can take.</summary>
    public static IServiceCollection AddWarmUpRequest(this IServiceCollection services, string path, string body) =>
        services.AddSingleton(new WarmUpRequest(path, body));
}
