using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.State;

/// <summary>Names of the documents and indexes that the collector keeps in each shard.</summary>
internal static class StateNames
{
    public const string Row = "row:";
    public const string Open = "i:open";
    public const string Ended = "i:ended";
    public const string Error = "err:";
    public const string Errors = "i:err";
    public const string Instance = "inst:";
    public const string Instances = "i:inst";
    public const string Bucket = "m:";
    public const string Totals = "m:totals";
    public const string Labels = "m:labels";

    /// <summary>What an item of the live stream that is an error starts with.</summary>
    public const string LiveErrorPrefix = "error ";

    /// <summary>
    /// What "reset data" clears. Requests known by then leave a tombstone, so that what is still told of them counts
    /// neither wholly nor in part.
    /// </summary>
    public static readonly StateReset Reset = new(
        [Row, Error, Bucket],
        [Open, Ended, Errors, .. Metrics.Resolution.All.Select(r => r.Index)],
        Row,
        24 * 3600);
}
