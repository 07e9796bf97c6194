namespace FakeAi.Engine.Workers;

/// <summary>The simulated workers.</summary>
internal static class WorkerExtensions
{
    public static IHostApplicationBuilder AddWorkers(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WorkerPool>();
        builder.Services.AddSingleton<WorkerTelemetry>();
        return builder;
    }

    public static IEndpointRouteBuilder MapWorkers(this IEndpointRouteBuilder endpoints)
    {
        // The instruments watch the pool from the start, not from the first request.
        endpoints.ServiceProvider.GetRequiredService<WorkerTelemetry>();
        var pool = endpoints.ServiceProvider.GetRequiredService<WorkerPool>();
        endpoints.MapGet("/kv-cache/metrics", () => TypedResults.Json(pool.Report(), Contracts.Queries.KvCacheJsonContext.Default.KvCacheMetrics));
        return endpoints;
    }
}
