using System.ComponentModel.DataAnnotations;

namespace FakeAi.Gateway.Resources;

/// <summary>Limits of files, uploads, batches and responses. Section <c>FakeAi:Resources</c>.</summary>
public sealed class ResourceOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "FakeAi:Resources";

    /// <summary>Most objects of each kind that one project may have.</summary>
    [Range(1, 1_000_000)]
    public int MaxObjects { get; set; } = 10_000;

    /// <summary>Largest file, bytes: 512 MB by default, as OpenAI's.</summary>
    [Range(1, 8L * 1024 * 1024 * 1024)]
    public long MaxFileBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Largest file of an upload in parts, bytes: 8 GB by default, as OpenAI's.</summary>
    [Range(1, 8L * 1024 * 1024 * 1024)]
    public long MaxUploadBytes { get; set; } = 8L * 1024 * 1024 * 1024;

    /// <summary>Largest part of an upload, bytes: 64 MB by default, as OpenAI's.</summary>
    [Range(1, 512L * 1024 * 1024)]
    public long MaxPartBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>How long an upload stays open: an hour by default, as OpenAI's. It is known for as long again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan UploadLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long files for batches are kept unless their request says otherwise: 30 days by default, as OpenAI's.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan BatchFileLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long batches are known: 30 days by default.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan BatchLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long responses are kept: 30 days by default, as OpenAI's.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan ResponseLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often what has expired is deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest input file of a batch, bytes: 200 MB by default, as OpenAI's.</summary>
    [Range(1, 8L * 1024 * 1024 * 1024)]
    public long MaxBatchFileBytes { get; set; } = 200L * 1024 * 1024;

    /// <summary>Most requests of a batch: 50,000 by default, as OpenAI's.</summary>
    [Range(1, 1_000_000)]
    public int MaxBatchRequests { get; set; } = 50_000;

    /// <summary>How long a batch may take, whatever its <c>completion_window</c> is called: 24 h by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan BatchWindow { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Batches that a gateway works on at a time.</summary>
    [Range(1, 1_000)]
    public int BatchesAtOnce { get; set; } = 4;

    /// <summary>Requests of a batch that run at a time.</summary>
    [Range(1, 1_000)]
    public int BatchParallelism { get; set; } = 8;

    /// <summary>How long a batch stays with a gateway that is heard of no more.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan BatchLease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often open batches are looked for, progress is told and cancelling is noticed; well below <see cref="BatchLease"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan BatchPollEvery { get; set; } = TimeSpan.FromSeconds(1);
}
