using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Latency;

/// <summary>The latency model and its profiles.</summary>
internal static class LatencyExtensions
{
    public static IHostApplicationBuilder AddLatency(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<LatencyProfiles>();
        builder.Services.AddSingleton(static services =>
        {
            var options = services.GetRequiredService<IOptions<EngineOptions>>().Value;
            return new LatencyModel(options.TimeScale, options.Latency.Distribution, options.Latency.LoadFactor);
        });
        return builder;
    }
}
