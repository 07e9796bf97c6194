using System.ComponentModel.DataAnnotations;

namespace FakeAi.EventBus;

/// <summary>Sizes and times of publishing and consuming. Section <c>FakeAi:Events</c>.</summary>
public sealed class EventBusOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "FakeAi:Events";

    /// <summary>Events that may wait in this process before new ones are refused.</summary>
    [Range(1, 10_000_000)]
    public int QueueCapacity { get; set; } = 65_536;

    /// <summary>Shards of a new log; a log that exists keeps its own count.</summary>
    [Range(1, 1_024)]
    public int Shards { get; set; } = 4;

    /// <summary>Most events of one batch, published or applied.</summary>
    [Range(1, 1_000)]
    public int BatchEvents { get; set; } = 200;

    /// <summary>Most bytes of one published batch; a single larger event makes a batch of its own.</summary>
    [Range(1_024, 64 * 1024 * 1024)]
    public int BatchBytes { get; set; } = 1_048_576;

    /// <summary>How long an event may wait for others to share its batch, milliseconds.</summary>
    [Range(0, 10)]
    public int LingerMs { get; set; } = 5;

    /// <summary>Bytes of batches that may wait in memory, over all shards; later ones go to the spill file.</summary>
    [Range(65_536, 4L * 1024 * 1024 * 1024)]
    public long MemoryBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Bytes of acknowledged batches kept for some seconds, over all shards, in case the log forgets them.</summary>
    [Range(0, 1024L * 1024 * 1024)]
    public long KeptBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Folder for events that cannot wait in memory. Unset: <c>spill</c> in the folder that <c>FAKEAI_HOME</c> names; without that,
    /// or where the log is in memory, there is none.
    /// </summary>
    public string? SpillFolder { get; set; }

    /// <summary>Largest spill file of one process, bytes; past it new events are refused.</summary>
    [Range(1_024, 1024L * 1024 * 1024 * 1024)]
    public long SpillBytes { get; set; } = 1024 * 1024 * 1024;

    /// <summary>How long a stopping process tries to deliver what waits, seconds; the host's own limit may be shorter.</summary>
    [Range(0, 60)]
    public int DrainSeconds { get; set; } = 5;

    /// <summary>How long one call to Redis may take before its outcome counts as unknown, milliseconds.</summary>
    [Range(50, 60_000)]
    public int CallTimeoutMs { get; set; } = 2_000;

    /// <summary>Pause after a look at a shard that found nothing, milliseconds; the more it found, the shorter, none after a full batch.</summary>
    [Range(1, 1_000)]
    public int PollMs { get; set; } = 25;

    /// <summary>
    /// How long a shard stays with a consumer that is heard of no more, milliseconds. Reading and applying renew it.
    /// </summary>
    [Range(100, 60_000)]
    public int LeaseMs { get; set; } = 5_000;

    /// <summary>Entries that the in-memory log holds per shard before it takes no more.</summary>
    [Range(1, 10_000_000)]
    public int MemoryCapacity { get; set; } = 65_536;
}
