using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation.Sources;

namespace FakeAi.Engine.Latency;

/// <summary>What a request says about its own timing.</summary>
/// <param name="TtftUs">Exact TTFT in microseconds; null leaves it to the model.</param>
/// <param name="ItlUs">Exact ITL in microseconds; null leaves it to the model.</param>
/// <param name="Fast">Every simulated wait off; beats the others.</param>
/// <param name="Speed">How many times faster than the profile; null is 1. Leaves exact times as they are.</param>
/// <param name="Profile">The profile to use instead of the model's.</param>
/// <param name="MaxTokensPerSecond">Most tokens of the stream in any second; null is no limit.</param>
internal readonly record struct LatencyOverrides(
    long? TtftUs, long? ItlUs, bool Fast, double? Speed = null, LatencyProfile? Profile = null, int? MaxTokensPerSecond = null)
{
    /// <summary>These times, and those of the answer's source where these say nothing.</summary>
    public LatencyOverrides Or(AnswerTiming? timing) =>
        timing is null ? this : this with { TtftUs = TtftUs ?? timing.TtftUs, ItlUs = ItlUs ?? timing.ItlUs };
}
