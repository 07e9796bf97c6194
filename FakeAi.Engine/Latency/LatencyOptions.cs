using System.ComponentModel.DataAnnotations;

namespace FakeAi.Engine.Latency;

/// <summary>Settings of the latency model. Section <c>FakeAi:Engine:Latency</c>; see <c>docs/latency-model.md</c>.</summary>
internal sealed class LatencyOptions
{
    /// <summary>How TTFT and ITL scatter around their means.</summary>
    [EnumDataType(typeof(LatencyDistribution))]
    public LatencyDistribution Distribution { get; set; } = LatencyDistribution.Normal;

    /// <summary>The profile of all models: a name such as <c>llama-3.1-8b@h100</c>, or a model's id; null leaves each model its own.</summary>
    public string? Profile { get; set; }

    /// <summary>How many times slower a worker with a full batch is than one with a single sequence; 1 switches the influence off.</summary>
    [Range(1.0, 100.0)]
    public double LoadFactor { get; set; } = 1;
}

/// <summary>A distribution of waits.</summary>
internal enum LatencyDistribution
{
    /// <summary>Normal, cut at 3.5 standard deviations.</summary>
    Normal,

    /// <summary>Log-normal of the same mean and standard deviation, its normal part cut at 3.5 standard deviations.</summary>
    LogNormal,
}
