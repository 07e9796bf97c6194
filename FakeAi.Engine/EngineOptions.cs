using System.ComponentModel.DataAnnotations;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine;

/// <summary>The engine's settings. Section <c>FakeAi:Engine</c>.</summary>
internal sealed class EngineOptions
{
    public const string SectionName = "FakeAi:Engine";

    /// <summary>Factor on all simulated waits: 1 is real time, 0.5 twice as fast, 0 none.</summary>
    [Range(0.0, 100.0)]
    public double TimeScale { get; set; } = 1;

    /// <summary>Answers under way at once; more get status 503.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreams { get; set; } = 20_000;

    /// <summary>How long one answer may take in all.</summary>
    [Range(1.0, 86_400.0)]
    public double TimeoutSeconds { get; set; } = 300;

    /// <summary>Longest request body.</summary>
    [Range(1024, 1_073_741_824)]
    public int MaxBodyBytes { get; set; } = 26_214_400;

    /// <summary>The interface of the HTTP/2 endpoint; containers need <c>*</c>.</summary>
    [Required]
    public string H2cHost { get; set; } = "localhost";

    /// <summary>The latency model.</summary>
    public LatencyOptions Latency { get; } = new();

    /// <summary>The KV cache of each worker.</summary>
    public KvCacheOptions KvCache { get; } = new();

    /// <summary>The simulated workers.</summary>
    public WorkerOptions Workers { get; } = new();
}
