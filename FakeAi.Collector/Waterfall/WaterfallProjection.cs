using FakeAi.Collector.Ingest;
using FakeAi.Collector.Requests;
using FakeAi.Collector.State;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Waterfall;

/// <summary>Stores the requests' rows: those under way, and the newest that ended.</summary>
internal sealed class WaterfallProjection : IProjection
{
    /// <summary>Ended requests that are kept, in each shard and in all.</summary>
    public const int MaxEnded = 1_000;

    // Requests whose end nobody tells are not kept for ever.
    public const int MaxOpen = 50_000;

    public IReadOnlyCollection<string> Consumes { get; } =
    [
        EventTypes.RequestStarted, EventTypes.RequestCompleted, EventTypes.RequestFailed, EventTypes.RequestCancelled,
        EventTypes.RouteSelected, EventTypes.StreamStarted, EventTypes.StreamFirstToken, EventTypes.StreamProgress,
        EventTypes.StreamCompleted,
    ];

    public void Finish(ProjectionBatch batch)
    {
        var any = false;
        foreach (var row in batch.ChangedRows)
        {
            any = true;
            foreach (var op in row.ToOps(StateNames.Row + row.Id))
            {
                batch.Add(op);
            }

            var view = new RequestView(row.Now);
            if (view.IsEnded)
            {
                batch.Add(new RemoveFromIndex(StateNames.Open, row.Id));
                batch.Add(new AddToIndex(StateNames.Ended, row.Id, view.EndUs));
            }
            else if (row.Before.Count == 0)
            {
                batch.Add(new AddToIndex(StateNames.Open, row.Id, batch.Now.ToUnixTimeMilliseconds() * 1_000));
            }
        }

        if (any)
        {
            batch.Add(new TrimIndex(StateNames.Ended, MaxEnded, StateNames.Row));
            batch.Add(new TrimIndex(StateNames.Open, MaxOpen, StateNames.Row));
        }
    }
}
