using FakeAi.Collector.Http;
using FakeAi.Collector.State;
using FakeAi.Contracts;

namespace FakeAi.Collector.Errors;

internal static class ErrorsApi
{
    public static void MapErrors(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/errors", NewestAsync);

    private static async Task<IResult> NewestAsync(
        HttpRequest request, StateReplica replica, ErrorStore store, CancellationToken cancellationToken)
    {
        if (QueryNumber.Read(request, "limit", 1, ErrorsProjection.MaxErrors, 100, out var limit) is { } error)
        {
            return error;
        }

        await replica.SyncAsync(cancellationToken);
        lock (replica.Lock)
        {
            return TypedResults.Json(store.Newest(limit), ContractsJsonContext.Default.IReadOnlyListErrorItem);
        }
    }
}
