namespace FakeAi.Engine.Latency;

/// <summary>What a request says about its own timing.</summary>
/// <param name="TtftUs">Exact TTFT in microseconds; null leaves it to the model.</param>
/// <param name="ItlUs">Exact ITL in microseconds; null leaves it to the model.</param>
/// <param name="Fast">Every wait off; beats the others.</param>
internal readonly record struct LatencyOverrides(long? TtftUs, long? ItlUs, bool Fast);
