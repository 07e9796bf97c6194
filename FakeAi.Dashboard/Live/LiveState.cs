using FakeAi.Contracts.Queries;

namespace FakeAi.Dashboard.Live;

/// <summary>
/// What the dashboard knows at one moment; immutable and shared by all pages. <see cref="Epoch"/> rises whenever
/// everything was replaced; the versions rise with every change and tell what is new since a page last looked.
/// </summary>
internal sealed record LiveState
{
    /// <summary>Before anything was heard.</summary>
    public static readonly LiveState Empty = new();

    /// <summary>Rises with each welcome or reset.</summary>
    public long Epoch { get; init; }

    /// <summary>The version of the newest change of anything but the connection.</summary>
    public long Version { get; init; }

    /// <summary>The state of the connection to the collector.</summary>
    public LiveConnectionState Connection { get; init; } = LiveConnectionState.Initial;

    /// <summary>When the last data came; null before the first.</summary>
    public DateTimeOffset? LastUpdate { get; init; }

    /// <summary>Newest metrics; null before the first welcome and between a reset and its welcome.</summary>
    public MetricsSnapshot? Metrics { get; init; }

    /// <summary>The last 300 seconds, oldest first, without seconds in which nothing happened.</summary>
    public IReadOnlyList<Versioned<MetricsPoint>> History { get; init; } = [];

    /// <summary>Requests under way and the newest 1,000 that ended, together; the last started first.</summary>
    public IReadOnlyList<Versioned<WaterfallRow>> Requests { get; init; } = [];

    /// <summary>Newest errors, newest first, at most 1,000.</summary>
    public IReadOnlyList<ErrorItem> Errors { get; init; } = [];

    /// <summary>Messages that the collector dropped because this process was too slow.</summary>
    public long DroppedMessages { get; init; }
}

/// <summary>A value and the version with which it came.</summary>
internal sealed record Versioned<T>(T Value, long Version);
