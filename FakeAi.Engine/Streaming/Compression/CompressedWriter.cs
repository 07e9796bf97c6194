using System.Buffers;
using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming.Compression;

/// <summary>
/// A pipe's writer that compresses what is written between two flushes and flushes the coder with it, so that each chunk can be
/// decoded when it comes. Used by one thread at a time.
/// </summary>
internal sealed class CompressedWriter(PipeWriter inner, ICoder coder, Action? released) : PipeWriter, IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private bool _finished;
    private int _disposed;

    public override bool CanGetUnflushedBytes => true;

    /// <summary>Bytes not flushed yet, before compression.</summary>
    public override long UnflushedBytes => _buffer.WrittenCount;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Drain();
        coder.Flush();
        return inner.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <summary>Writes the coding's end. Does not flush: the end goes out with the response's own.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (!_finished)
        {
            _finished = true;
            Drain();
            coder.Finish();
            (inner as BufferedWriter)?.Complete();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Of a coder that was not finished the end must not reach a response that something else may have taken over.
            coder.Dispose();
            released?.Invoke();
        }
    }

    private void Drain()
    {
        coder.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
