using System.Globalization;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.State;

/// <summary>Names of the documents and indexes that the collector keeps in each shard.</summary>
internal static class StateNames
{
    public const string Row = "row:";
    public const string Open = "i:open";
    public const string Ended = "i:ended";

    /// <summary>Ended requests that the collector closed because their gateway was silent.</summary>
    public const string Lost = "i:lost";

    public const string Error = "err:";
    public const string Errors = "i:err";
    public const string Instance = "inst:";
    public const string Instances = "i:inst";
    public const string Bucket = "m:";
    public const string Totals = "m:totals";
    public const string Labels = "m:labels";

    /// <summary>What an item of the live stream that is an error starts with.</summary>
    public const string LiveErrorPrefix = "error ";

    /// <summary>The document that tells when the shard was last reset, in its one field, Unix microseconds.</summary>
    public const string ResetMark = "reset";
    public const string ResetTime = "t";

    /// <summary>How long a request that a reset has cleared is known as such.</summary>
    public const int TombstoneSeconds = 24 * 3600;

    /// <summary>
    /// What "reset data" clears. Requests known by then leave a tombstone; by the time, those can be told that were received
    /// before it and are heard of only afterwards. So nothing of either counts, neither wholly nor in part.
    /// </summary>
    public static StateReset ResetAt(long unixMicroseconds) => new(
        [Row, Error, Bucket],
        [Open, Ended, Lost, Errors, .. Metrics.Resolution.All.Select(r => r.Index)],
        Row,
        TombstoneSeconds,
        new SetFields(ResetMark, [KeyValuePair.Create(ResetTime, unixMicroseconds.ToString(CultureInfo.InvariantCulture))]));
}
