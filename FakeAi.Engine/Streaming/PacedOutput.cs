using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming;

/// <summary>A stream's way out: flushes without waiting, knows whether the reader keeps up, and writes into silences.</summary>
/// <param name="writer">Where to write.</param>
/// <param name="keepAlive">What is written when nothing else was for a while; empty for nothing.</param>
/// <param name="every">After how long; zero switches it off.</param>
/// <param name="nowUs">When the silence begins.</param>
internal sealed class PacedOutput(PipeWriter writer, ReadOnlyMemory<byte> keepAlive, TimeSpan every, long nowUs)
{
    private const int FirstRetryUs = 1000;
    private const int LongestRetryUs = 16_000;

    private readonly long _everyUs = keepAlive.IsEmpty || every == TimeSpan.Zero ? -1 : every.Ticks / TimeSpan.TicksPerMicrosecond;
    private ValueTask<FlushResult> _flush;
    private bool _flushing;
    private int _retryUs = FirstRetryUs;

    public PipeWriter Writer => writer;

    /// <summary>Bytes written and not flushed.</summary>
    public long Unflushed => writer.UnflushedBytes;

    /// <summary>Whether anything was flushed.</summary>
    public bool Used { get; private set; }

    /// <summary>When the newest flush began.</summary>
    public long FlushedUs { get; private set; } = nowUs;

    /// <summary>Whether the reader has not taken what was flushed.</summary>
    public bool IsStuck => _flushing && !_flush.IsCompleted;

    /// <summary>Whether a flush is through and not taken up yet.</summary>
    public bool HasResult => _flushing && _flush.IsCompleted;

    /// <summary>When a keep-alive is due unless something is written before.</summary>
    public long KeepAliveDueUs => _everyUs < 0 ? long.MaxValue : FlushedUs + _everyUs;

    public void Flush(long now)
    {
        Used = true;
        FlushedUs = now;

        // Kept rather than awaited, and taken up exactly once, when the stream is due next.
#pragma warning disable CA2012
        _flush = writer.FlushAsync(CancellationToken.None);
#pragma warning restore CA2012
        _flushing = true;
    }

    /// <summary>Takes up the flush that is through. False when the reader is gone.</summary>
    public bool TakeResult()
    {
        _flushing = false;
        _retryUs = FirstRetryUs;
        var result = _flush.GetAwaiter().GetResult();
        return !result.IsCompleted && !result.IsCanceled;
    }

    /// <summary>How long to wait before looking at a stuck reader again: longer each time.</summary>
    public int NextRetryUs()
    {
        var retry = _retryUs;
        _retryUs = Math.Min(LongestRetryUs, retry * 2);
        return retry;
    }

    /// <summary>Writes the keep-alive if it is due; gives its bytes.</summary>
    public int KeepAlive(long now)
    {
        if (now < KeepAliveDueUs)
        {
            return 0;
        }

        keepAlive.Span.CopyTo(writer.GetSpan(keepAlive.Length));
        writer.Advance(keepAlive.Length);
        Flush(now);
        return keepAlive.Length;
    }
}
