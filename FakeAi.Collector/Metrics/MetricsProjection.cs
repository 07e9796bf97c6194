using System.Globalization;
using FakeAi.Collector.Ingest;
using FakeAi.Collector.State;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Options;

namespace FakeAi.Collector.Metrics;

/// <summary>Counts requests, tokens, costs and durations by time bucket and label set, and in total since the last reset.</summary>
internal sealed class MetricsProjection(ModelCatalogue catalogue, IOptions<EventBusOptions> options) : IProjection
{
    private readonly int _labelLimit = Math.Max(1, LabelSet.Limit / options.Value.Shards);

    public IReadOnlyCollection<string> Consumes { get; } =
    [
        EventTypes.RequestCompleted, EventTypes.RequestFailed, EventTypes.RequestCancelled,
        EventTypes.CacheLookup, EventTypes.StreamStarted, EventTypes.StreamProgress, EventTypes.StreamCompleted,
    ];

    public void Project(FakeAiEvent e, ProjectionBatch batch)
    {
        if (e.Data is CacheLookup lookup)
        {
            RowContribution.Count(lookup, e.Time / 1_000_000, batch);
        }
    }

    public void Finish(ProjectionBatch batch)
    {
        var labels = new LabelRegister(batch.Document(StateNames.Labels), _labelLimit);
        foreach (var row in batch.ChangedRows)
        {
            RowContribution.Count(row.Before, -1, labels, catalogue, batch);
            RowContribution.Count(row.Now, 1, labels, catalogue, batch);
        }

        if (labels.Added.Count > 0)
        {
            batch.Add(new SetFields(StateNames.Labels, [.. labels.Added]));
        }

        var now = batch.Now.ToUnixTimeSeconds();
        var counted = batch.Counted;
        foreach (var resolution in Resolution.All)
        {
            var any = false;
            foreach (var document in counted.Where(d => d.StartsWith(resolution.Prefix, StringComparison.Ordinal)))
            {
                any = true;
                var start = document[resolution.Prefix.Length..];
                batch.Add(new AddToIndex(resolution.Index, start, long.Parse(start, CultureInfo.InvariantCulture)));

                // Trimming comes with the shard's next event; without one the bucket goes by itself.
                batch.Add(new ExpireDocument(document, resolution.KeepSeconds + resolution.Seconds));
            }

            if (any)
            {
                batch.Add(new TrimIndexBelow(resolution.Index, resolution.Start(now) - resolution.KeepSeconds, resolution.Prefix));
            }
        }
    }
}
