using FakeAi.Collector.Requests;
using FakeAi.Collector.State;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Ingest;

/// <summary>
/// Reads the rows of a batch's requests, merges the events into them, and lets each projection make its part of the
/// changes. Keeps nothing between batches: what it knows, it has read.
/// </summary>
internal sealed class CollectorHandler(IEnumerable<IProjection> projections, TimeProvider time) : IEventBatchHandler
{
    private readonly IProjection[] _projections = [.. projections];

    public async ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
        int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { StateNames.Labels };
        foreach (var e in events)
        {
            if (e.RequestId is not null)
            {
                names.Add(StateNames.Row + e.RequestId);
            }

            foreach (var projection in _projections)
            {
                if (projection.Needs(e) is { } name)
                {
                    names.Add(name);
                }
            }
        }

        string[] wanted = [.. names];
        var found = await state.GetAsync(wanted, cancellationToken);
        var documents = new Dictionary<string, IReadOnlyDictionary<string, string>?>(wanted.Length, StringComparer.Ordinal);
        for (var i = 0; i < wanted.Length; i++)
        {
            documents[wanted[i]] = found[i];
        }

        var rows = new Dictionary<string, RequestRow>(StringComparer.Ordinal);
        var batch = new ProjectionBatch(time.GetUtcNow(), documents, rows);
        foreach (var e in events)
        {
            if (e.RequestId is { } id)
            {
                if (!rows.TryGetValue(id, out var row))
                {
                    rows[id] = row = new RequestRow(id, documents[StateNames.Row + id]);
                }

                if (row.IsCleared)
                {
                    continue;
                }

                RequestMerge.Apply(row, e);
            }

            foreach (var projection in _projections)
            {
                projection.Project(e, batch);
            }
        }

        foreach (var projection in _projections)
        {
            projection.Finish(batch);
        }

        return batch.ToOps();
    }

    public void Applied(int shard, IReadOnlyList<FakeAiEvent> events) => ConsumerSpans.Emit(events);
}
