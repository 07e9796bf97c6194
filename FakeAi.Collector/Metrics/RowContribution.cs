using System.Globalization;
using FakeAi.Collector.Ingest;
using FakeAi.Collector.Requests;
using FakeAi.Collector.State;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Events;

namespace FakeAi.Collector.Metrics;

/// <summary>
/// What one request adds to the counters, as its row stands. Counting a batch means taking away what the rows added
/// before it and adding what they add after it; so corrections need no code of their own and the order of events none.
/// </summary>
internal static class RowContribution
{
    public static void Count(
        IReadOnlyDictionary<string, string> row, int sign, LabelRegister labels, ModelCatalogue catalogue, ProjectionBatch batch)
    {
        if (row.Count == 0)
        {
            return;
        }

        var view = new RequestView(row);
        foreach (var (second, tokens) in view.SentPerSecond())
        {
            if (tokens != 0)
            {
                CountInBuckets(batch, second, MetricFields.Sent, sign * tokens);
            }
        }

        if (!view.IsEnded)
        {
            return;
        }

        // The exact id: endless other names lead to the same model.
        var catalogued = catalogue.TryGet(view.Model, out var model) && string.Equals(model.Id, view.Model, StringComparison.Ordinal);
        var label = labels.Number(new LabelSet(view.Model ?? "", view.Provider, view.Endpoint), catalogued) + ":";
        var at = view.EndUs / 1_000_000;
        var kind = view.Status switch
        {
            RowFields.Completed => MetricFields.Completed,
            RowFields.Cancelled => MetricFields.Cancelled,
            _ => MetricFields.Errors,
        };
        CountInBuckets(batch, at, label + kind, sign);
        CountInTotals(batch, label + kind, sign);
        if (view.IsStream)
        {
            CountInBuckets(batch, at, label + MetricFields.Streamed, sign);
        }

        CountInTotals(batch, label + MetricFields.InputTokens, sign * view.InputTokens);
        CountInTotals(batch, label + MetricFields.OutputTokens, sign * view.OutputTokens);
        CountInTotals(batch, label + MetricFields.CostNano, sign * CostNano(view, catalogue));
        if (kind == MetricFields.Completed)
        {
            CountCompleted(batch, view, at, label, sign);
        }
    }

    /// <summary>What one question to a KV cache adds; it belongs to no row.</summary>
    public static void Count(CacheLookup lookup, long second, ProjectionBatch batch)
    {
        Add(MetricFields.CacheLookups, 1);
        Add(MetricFields.CacheInputTokens, lookup.InputTokens);
        Add(MetricFields.CacheHitTokens, lookup.CachedTokens);

        void Add(string field, long by)
        {
            CountInBuckets(batch, second, field, by);
            CountInTotals(batch, field, by);
        }
    }

    private static void CountCompleted(ProjectionBatch batch, RequestView view, long at, string label, int sign)
    {
        CountInBuckets(batch, at, label + MetricFields.DurationUs, sign * view.DurationUs);
        CountSample(batch, at, label + MetricFields.Latency, view.DurationUs, sign);
        if (view.TtftUs is not { } ttft)
        {
            return;
        }

        CountSample(batch, at, label + MetricFields.Ttft, ttft, sign);
        if (view.E2eUs is { } e2e && view.SentTokens >= 2 && e2e >= ttft)
        {
            CountSample(batch, at, label + MetricFields.Itl, (e2e - ttft) / (view.SentTokens - 1), sign);
        }
    }

    private static long CostNano(RequestView view, ModelCatalogue catalogue) =>
        catalogue.TryGet(view.Model, out var model)
            ? (long)Math.Round((view.InputTokens * model.Pricing.Input + view.OutputTokens * model.Pricing.Output) * 1_000)
            : 0;

    private static void CountSample(ProjectionBatch batch, long second, string field, long microseconds, int sign) =>
        CountInBuckets(batch, second, field + LogHistogram.Step(microseconds).ToString(CultureInfo.InvariantCulture), sign);

    private static void CountInTotals(ProjectionBatch batch, string field, long by)
    {
        if (by != 0)
        {
            batch.Increment(StateNames.Totals, field, by);
        }
    }

    private static void CountInBuckets(ProjectionBatch batch, long second, string field, long by)
    {
        if (by == 0)
        {
            return;
        }

        foreach (var resolution in Resolution.All)
        {
            batch.Increment(resolution.Prefix + resolution.Start(second).ToString(CultureInfo.InvariantCulture), field, by);
        }
    }
}
