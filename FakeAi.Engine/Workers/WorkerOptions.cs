using System.ComponentModel.DataAnnotations;

namespace FakeAi.Engine.Workers;

/// <summary>Settings of the simulated workers. Section <c>FakeAi:Engine:Workers</c>.</summary>
internal sealed class WorkerOptions
{
    /// <summary>How many workers an engine simulates.</summary>
    [Range(1, 1024)]
    public int Count { get; set; } = 8;

    /// <summary>Sequences that one worker runs at once; more wait.</summary>
    [Range(1, 100_000)]
    public int MaxBatch { get; set; } = 256;

    /// <summary>Requests that may wait in one engine; more are refused.</summary>
    [Range(0, 1_000_000)]
    public int MaxWaiting { get; set; } = 20_000;

    /// <summary>What a block that must be computed costs in routing.</summary>
    [Range(0.0, 1_000.0)]
    public double OverlapWeight { get; set; } = 1;

    /// <summary>What a sequence under way costs in routing.</summary>
    [Range(0.0, 1_000.0)]
    public double LoadWeight { get; set; } = 1;

    /// <summary>What a waiting request costs in routing.</summary>
    [Range(0.0, 1_000.0)]
    public double QueueWeight { get; set; } = 1;
}
