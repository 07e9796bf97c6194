using FakeAi.Contracts.Catalogue;

namespace FakeAi.Engine.Latency;

/// <summary>What a schedule depends on beside the seed and the answer.</summary>
/// <param name="Profile">The timing figures.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Those that need no prefill.</param>
/// <param name="Temperature">The request's sampling temperature.</param>
/// <param name="QueueUs">How long the request has really waited for a worker, microseconds.</param>
/// <param name="Active">Sequences on its worker when it began, itself included; at least 1.</param>
/// <param name="MaxBatch">Most sequences of that worker.</param>
internal readonly record struct LatencyInputs(
    LatencyProfile Profile, int PromptTokens, int CachedTokens = 0, double Temperature = 1, long QueueUs = 0, int Active = 1, int MaxBatch = 1);
