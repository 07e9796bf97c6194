namespace FakeAi.Engine.Streaming;

/// <summary>
/// Accumulates a stream's <see cref="StreamMetrics"/> in a fixed number of fields. Written by one thread; whoever reads may
/// see one figure newer than another.
/// </summary>
internal sealed class StreamRecorder(long receivedUs)
{
    private long _bytes;
    private long _pausedUs;
    private long _maxLagUs;
    private long _writtenUs = -1;
    private double _mean;
    private double _squares;
    private int _gaps;
    private int _merged;
    private int _keepAlives;

    public ProgressTracker Progress { get; } = new(receivedUs);

    public long MaxLagUs => _maxLagUs;

    public int Merged => _merged;

    /// <summary>Notes a write of content.</summary>
    public void Wrote(int chunks, int tokens, long bytes, long nowUs)
    {
        if (_writtenUs >= 0)
        {
            var gap = nowUs - _writtenUs;
            var delta = gap - _mean;
            _gaps++;
            _mean += delta / _gaps;
            _squares += delta * (gap - _mean);
        }

        _writtenUs = nowUs;
        _bytes += bytes;
        Progress.Record(chunks, tokens, nowUs);
    }

    public void Lagged(long lagUs) => _maxLagUs = Math.Max(_maxLagUs, lagUs);

    public void Merge(int chunks) => _merged += chunks;

    /// <summary>Notes a pause; the next gap counts without it.</summary>
    public void Paused(long forUs)
    {
        _pausedUs += forUs;
        _writtenUs = _writtenUs < 0 ? _writtenUs : _writtenUs + forUs;
    }

    public void KeptAlive(long bytes)
    {
        _keepAlives++;
        _bytes += bytes;
    }

    public StreamMetrics Snapshot()
    {
        double? jitter = _gaps > 0 ? Math.Sqrt(_squares / _gaps) / 1000 : null;
        double? smoothness = _gaps > 0 && _mean > 0 ? 1 / (1 + (jitter!.Value * 1000 / _mean)) : null;
        return new StreamMetrics(
            Progress.TimeToFirstChunkMs, Progress.Chunks, Progress.Tokens, _bytes, Progress.TokensPerSecond, jitter, smoothness,
            _pausedUs / 1000.0, _merged, _maxLagUs / 1000.0, _keepAlives);
    }
}
