using System.Globalization;
using FakeAi.Collector.Requests;
using FakeAi.Collector.Sources;
using FakeAi.Collector.State;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Ingest;

/// <summary>
/// Reads the rows of a batch's requests, merges the events into them, and lets each projection make its part of the
/// changes. Keeps nothing of the state between batches: what it knows, it has read.
/// </summary>
internal sealed class CollectorHandler(IEnumerable<IProjection> projections, LostSources sources, TimeProvider time) : IEventBatchHandler
{
    private readonly IProjection[] _projections = [.. projections];

    public async ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
        int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { StateNames.Labels, StateNames.ResetMark };
        foreach (var e in events)
        {
            sources.Told(shard, e);
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
        var reset = documents[StateNames.ResetMark] is { } mark ? long.Parse(mark[StateNames.ResetTime], CultureInfo.InvariantCulture) : 0;
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

                if (IsBefore(reset, row, e))
                {
                    row.TakeBack();
                    continue;
                }

                RequestMerge.Apply(row, e);
            }
            else if (e.Data is ErrorOccurred && e.Time < reset)
            {
                continue;
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

    public void Taken(int shard) => sources.Forget(shard);

    public ValueTask<IReadOnlyList<FakeAiEvent>> FindDueAsync(int shard, IShardState state, CancellationToken cancellationToken) =>
        sources.FindAsync(shard, state, cancellationToken);

    public void Applied(int shard, IReadOnlyList<FakeAiEvent> events) => ConsumerSpans.Emit(events);

    /// <summary>
    /// Whether an event proves that its request was received before the reset. When it was, its gateway tells exactly, and
    /// first of all; what an engine tells may reach the log earlier, and is at least not younger than its own time.
    /// </summary>
    private static bool IsBefore(long reset, RequestRow row, FakeAiEvent e) => e.Data switch
    {
        RequestStarted => e.Time < reset,
        _ when row.Has(RowFields.Started) => false,
        RequestCompleted d => e.Time - d.DurationUs < reset,
        RequestFailed d => e.Time - d.DurationUs < reset,
        RequestCancelled d => e.Time - d.DurationUs < reset,
        _ => e.Time < reset,
    };
}
