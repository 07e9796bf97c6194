using Xunit.Sdk;
using Xunit.v3;

namespace FakeAi.Chaos.Tests.Scenarios;

/// <summary>Starts those first that last longest, most of it waiting: beside them the others use the cores.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_longest =
    [
        nameof(EverythingKillTests), nameof(EngineKillTests), nameof(GatewayKillTests), nameof(CollectorStormTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Rank).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var rank = Array.FindIndex(s_longest, name => collection.TestCollectionDisplayName.Contains("." + name, StringComparison.Ordinal));
        return rank < 0 ? s_longest.Length : rank;
    }
}
