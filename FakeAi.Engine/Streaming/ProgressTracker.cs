namespace FakeAi.Engine.Streaming;

/// <summary>How far a stream has come. Written by one thread, read by any; a reader may see one figure newer than another.</summary>
/// <param name="receivedUs">When the request was received, by the engine's clock.</param>
internal sealed class ProgressTracker(long receivedUs)
{
    private long _firstUs = -1;
    private long _lastUs = -1;
    private int _tokens;
    private int _chunks;
    private int _totalTokens = -1;

    /// <summary>Tokens told.</summary>
    public int Tokens => Volatile.Read(ref _tokens);

    /// <summary>Chunks told.</summary>
    public int Chunks => Volatile.Read(ref _chunks);

    /// <summary>Tokens of the whole answer; null where nobody knows before the end.</summary>
    public int? TotalTokens => Volatile.Read(ref _totalTokens) is >= 0 and var total ? total : null;

    /// <summary>Request received to first chunk, milliseconds; null before it.</summary>
    public double? TimeToFirstChunkMs => Volatile.Read(ref _firstUs) is >= 0 and var first ? (first - receivedUs) / 1000.0 : null;

    /// <summary>Tokens told of all, percent, 0 to 100; null where the whole is not known.</summary>
    public double? Percentage => TotalTokens switch
    {
        null => null,
        0 => 100,
        { } total => Math.Min(100, 100.0 * Tokens / total),
    };

    /// <summary>
    /// Decoding speed: (tokens − 1) / (time of the last chunk − time of the first), the inverse of the mean ITL as MLPerf and
    /// NVIDIA's GenAI-Perf define it. Null below two tokens or while all came at once.
    /// </summary>
    public double? TokensPerSecond
    {
        get
        {
            var (tokens, span) = (Tokens, Volatile.Read(ref _lastUs) - Volatile.Read(ref _firstUs));
            return tokens > 1 && span > 0 ? (tokens - 1) * 1e6 / span : null;
        }
    }

    /// <summary>Tells how many tokens the whole answer has.</summary>
    public void Expect(int tokens) => Volatile.Write(ref _totalTokens, tokens);

    /// <summary>Notes what was told at a time.</summary>
    public void Record(int chunks, int tokens, long nowUs)
    {
        if (_firstUs < 0)
        {
            Volatile.Write(ref _firstUs, nowUs);
        }

        Volatile.Write(ref _lastUs, nowUs);
        Volatile.Write(ref _chunks, _chunks + chunks);
        Volatile.Write(ref _tokens, _tokens + tokens);
    }
}
