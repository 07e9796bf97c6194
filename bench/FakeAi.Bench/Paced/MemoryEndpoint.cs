using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FakeAi.Bench.Paced;

/// <summary>Tells how much memory is really held: collects garbage first.</summary>
internal static class MemoryEndpoint
{
    public const string Route = "/bench/memory";

    public static void MapMemory(this IEndpointRouteBuilder endpoints) => endpoints.MapGet(Route, () =>
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: false).ToString(CultureInfo.InvariantCulture);
    });
}
