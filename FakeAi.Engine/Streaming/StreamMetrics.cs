namespace FakeAi.Engine.Streaming;

/// <summary>What was measured of one stream. Times in milliseconds; null where there is too little to tell.</summary>
/// <param name="TimeToFirstChunkMs">Request received to first content chunk.</param>
/// <param name="Chunks">Content chunks written.</param>
/// <param name="Tokens">Tokens written.</param>
/// <param name="Bytes">Bytes of the body, before compression; of the last write as far as it was counted when the stream ended.</param>
/// <param name="TokensPerSecond">See <see cref="ProgressTracker.TokensPerSecond"/>.</param>
/// <param name="JitterMs">
/// Standard deviation of the times between writes: √(Σ(x − x̄)² / n), accumulated by Welford's method (Technometrics 4, 1962,
/// 419–420). Pauses are taken out.
/// </param>
/// <param name="Smoothness">1 / (1 + jitter / mean time between writes): 1 is a clock's beat, towards 0 it comes in bursts.</param>
/// <param name="PausedMs">Time for which an administrator held it.</param>
/// <param name="MergedChunks">Chunks written together with a later one because the stream was behind.</param>
/// <param name="MaxLagMs">How far behind its schedule it was at worst.</param>
/// <param name="KeepAlives">Keep-alive comments written.</param>
public sealed record StreamMetrics(
    double? TimeToFirstChunkMs, int Chunks, int Tokens, long Bytes, double? TokensPerSecond, double? JitterMs, double? Smoothness,
    double PausedMs, int MergedChunks, double MaxLagMs, int KeepAlives);
