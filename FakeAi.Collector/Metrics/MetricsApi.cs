using FakeAi.Collector.Http;
using FakeAi.Collector.State;
using FakeAi.Contracts;

namespace FakeAi.Collector.Metrics;

internal static class MetricsApi
{
    public static void MapMetrics(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/metrics/snapshot", SnapshotAsync);
        endpoints.MapGet("/metrics/history", HistoryAsync);
    }

    private static async Task<IResult> SnapshotAsync(
        HttpRequest request, StateReplica replica, SnapshotBuilder builder, CancellationToken cancellationToken)
    {
        if (QueryNumber.Read(request, "window", 1, SnapshotBuilder.MaxWindow, SnapshotBuilder.DefaultWindow, out var window) is { } error)
        {
            return error;
        }

        await replica.SyncAsync(cancellationToken);
        lock (replica.Lock)
        {
            return TypedResults.Json(builder.Build(window), ContractsJsonContext.Default.MetricsSnapshot);
        }
    }

    private static async Task<IResult> HistoryAsync(
        HttpRequest request, StateReplica replica, SnapshotBuilder builder, CancellationToken cancellationToken)
    {
        if (QueryNumber.Read(request, "resolution", 1, Resolution.Hour.Seconds, Resolution.Second.Seconds, out var width) is { } badWidth)
        {
            return badWidth;
        }

        if (Array.Find(Resolution.All, r => r.Seconds == width) is not { } resolution)
        {
            return ErrorAnswers.BadParameter("resolution", "'resolution' must be 1, 60 or 3600 seconds.");
        }

        if (QueryNumber.Read(request, "seconds", 1, resolution.KeepSeconds, 300, out var seconds) is { } badSeconds)
        {
            return badSeconds;
        }

        await replica.SyncAsync(cancellationToken);
        lock (replica.Lock)
        {
            return TypedResults.Json(builder.History(seconds, resolution), ContractsJsonContext.Default.IReadOnlyListMetricsPoint);
        }
    }
}
