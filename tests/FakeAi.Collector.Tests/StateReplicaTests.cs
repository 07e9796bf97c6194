using FakeAi.EventBus;

namespace FakeAi.Collector.Tests;

public sealed class StateReplicaTests
{
    [Fact]
    public async Task Snapshot_ModelThatComesWhileTheStateIsRead_IsCountedUnderItsName()
    {
        using var script = new EventScript();
        var ids = Enumerable.Range(0, 100).Select(i => $"req_{i}").Where(id => Fnv1a.Shard(id, 4) == 2).Take(3).ToArray();
        await script.ApplyAsync(EventScript.Stream(ids[0], at: 0, tokens: 4, model: "gpt-4o"));
        await script.ApplyUnseenAsync(EventScript.Stream(ids[1], at: 1, tokens: 4, model: "gpt-4o"));

        // The totals are known to have changed, the list of labels is not, when the new model comes.
        await script.SyncAsync(() => script.ApplyUnseenAsync(EventScript.Stream(ids[2], at: 2, tokens: 4, model: "gpt-4o-mini")));

        var snapshot = script.Builder.Build(300);
        Assert.Equal(3, snapshot.TotalRequests);
        Assert.Equal([("gpt-4o", 2L), ("gpt-4o-mini", 1L)], snapshot.ByModel.Select(m => (m.Model, m.Requests)));
    }
}
