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

    /// <summary>Requests under way that are kept, in each shard.</summary>
    public const int MaxOpen = 50_000;

    /// <summary>Requests closed for their gateway's silence that are kept, in each shard: its word may still come.</summary>
    public const int MaxLost = 2_500;

    /// <summary>
    /// A request of which nothing was told for so long is dropped: a last resort, where even that its gateway is silent
    /// could not be told. Longer than any wait for a token.
    /// </summary>
    public static readonly TimeSpan Silence = TimeSpan.FromHours(1);

    /// <summary>How long requests closed for their gateway's silence are kept.</summary>
    public static readonly TimeSpan LostKept = TimeSpan.FromHours(24);

    public IReadOnlyCollection<string> Consumes { get; } =
    [
        EventTypes.RequestStarted, EventTypes.RequestCompleted, EventTypes.RequestFailed, EventTypes.RequestCancelled,
        EventTypes.RouteSelected, EventTypes.StreamStarted, EventTypes.StreamFirstToken, EventTypes.StreamProgress,
        EventTypes.StreamCompleted,
    ];

    public void Finish(ProjectionBatch batch)
    {
        var (any, anyLost) = (false, false);
        var now = Microseconds(batch.Now);
        foreach (var row in batch.ChangedRows)
        {
            any = true;
            foreach (var op in row.ToOps(StateNames.Row + row.Id))
            {
                batch.Add(op);
            }

            var isLost = row.Has(RowFields.SourceLost);
            anyLost |= isLost;
            if (row.Before.ContainsKey(RowFields.SourceLost) && !isLost)
            {
                batch.Add(new RemoveFromIndex(StateNames.Lost, row.Id));
            }

            var view = new RequestView(row.Now);
            if (row.IsTakenBack)
            {
                batch.Add(new RemoveFromIndex(StateNames.Open, row.Id));
                batch.Add(new RemoveFromIndex(StateNames.Ended, row.Id));
            }
            else if (view.IsEnded)
            {
                batch.Add(new RemoveFromIndex(StateNames.Open, row.Id));
                batch.Add(isLost ? new AddToIndex(StateNames.Lost, row.Id, now) : new AddToIndex(StateNames.Ended, row.Id, view.EndUs));
            }
            else
            {
                batch.Add(new AddToIndex(StateNames.Open, row.Id, now));
            }
        }

        if (anyLost)
        {
            batch.Add(new TrimIndex(StateNames.Lost, MaxLost, StateNames.Row));
        }

        if (any)
        {
            batch.Add(new TrimIndex(StateNames.Ended, MaxEnded, StateNames.Row));
            batch.Add(new TrimIndex(StateNames.Open, MaxOpen, StateNames.Row));
            batch.Add(new TrimIndexBelow(StateNames.Open, now - Microseconds(Silence), StateNames.Row));
            batch.Add(new TrimIndexBelow(StateNames.Lost, now - Microseconds(LostKept), StateNames.Row));
        }
    }

    private static long Microseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() * 1_000;

    private static long Microseconds(TimeSpan span) => (long)span.TotalMicroseconds;
}
