using FakeAi.Collector.Http;
using FakeAi.Collector.State;
using FakeAi.Contracts;

namespace FakeAi.Collector.Waterfall;

internal static class WaterfallApi
{
    private const int MaxFilterLength = 256;

    public static void MapWaterfall(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/waterfall/data", DataAsync);

    private static async Task<IResult> DataAsync(
        HttpRequest request, StateReplica replica, WaterfallStore store, CancellationToken cancellationToken)
    {
        if (QueryNumber.Read(request, "limit", 1, WaterfallProjection.MaxEnded, 100, out var limit) is { } error)
        {
            return error;
        }

        var (endpoint, model) = (Text(request, "endpoint"), Text(request, "model"));
        foreach (var (name, value) in new[] { ("endpoint", endpoint), ("model", model) })
        {
            if (value?.Length > MaxFilterLength)
            {
                return ErrorAnswers.BadParameter(name, $"'{name}' is longer than 256 characters.");
            }
        }

        await replica.SyncAsync(cancellationToken);
        lock (replica.Lock)
        {
            return TypedResults.Json(store.Query(limit, endpoint, model), ContractsJsonContext.Default.WaterfallData);
        }
    }

    private static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;
}
