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

    /// <summary>How long a client may read nothing, a pause may last, or a generator may stay silent, before the stream ends.</summary>
    [Range(1.0, 86_400.0)]
    public double IdleTimeoutSeconds { get; set; } = 60;

    /// <summary>After how long a silence a stream of server-sent events gets a comment that keeps the connection open; 0 switches it off.</summary>
    [Range(0.0, 3_600.0)]
    public double KeepAliveSeconds { get; set; } = 15;

    /// <summary>Whether the engine loads tables and compiles its code before it says that it is ready.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>Whether a stream that is behind tells several pieces in one chunk. Real providers send a chunk a token.</summary>
    public bool AdaptiveChunks { get; set; }

    /// <summary>Answers under way at once that are compressed; more are sent as they are. 0 switches compression off.</summary>
    [Range(0, 1_000_000)]
    public int MaxCompressed { get; set; } = 1_000;

    /// <summary>How long the client of a realtime session may send nothing before the session ends.</summary>
    [Range(1.0, 86_400.0)]
    public double RealtimeIdleSeconds { get; set; } = 900;

    /// <summary>Longest request body.</summary>
    [Range(1024, 1_073_741_824)]
    public int MaxBodyBytes { get; set; } = 26_214_400;

    /// <summary>Script file, or folder of them, with rules for scripted answers; read again when it changes. None by default.</summary>
    public string? Scripts { get; set; }

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
