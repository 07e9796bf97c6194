using System.Buffers;
using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// Keeps what is written between two flushes and hands it to the response in one call. Kestrel's HTTP/2 output counts bytes as
/// soon as a writer advances, but can send them only after the flush; in between, its one sending loop for all streams of
/// the connection finds "more to send" and nothing to send, and spins on the lock that the flush needs. On a busy machine that
/// stopped every stream of an engine for seconds. Used by one thread at a time; holds no memory between two flushes.
/// </summary>
internal sealed class HandoverWriter(PipeWriter inner) : PipeWriter
{
    private const int Least = 1024;

    private byte[]? _buffer;
    private int _written;
    private bool _begun;

    public override bool CanGetUnflushedBytes => true;

    /// <summary>Bytes not handed over yet.</summary>
    public override long UnflushedBytes => _written;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).AsMemory(_written);

    public override Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).AsSpan(_written);

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (_buffer?.Length ?? 0) - _written);
        _written += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_buffer is null || !_begun)
        {
            // The first write may wait for the response's headers, and would read the buffer after that.
            _begun = true;
            Copy();
            return inner.FlushAsync(cancellationToken);
        }

        var flush = inner.WriteAsync(_buffer.AsMemory(0, _written), cancellationToken);
        Release();
        return flush;
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <summary>Hands over what is left, to go out with the response's end; the response's own writer is the server's to complete.</summary>
    public override void Complete(Exception? exception = null) => Copy();

    private byte[] Room(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 1);
        if (_buffer is null)
        {
            return _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(Least, needed));
        }

        if (_buffer.Length < needed)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, needed));
            _buffer.AsSpan(0, _written).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = grown;
        }

        return _buffer;
    }

    private void Copy()
    {
        if (_buffer is not null)
        {
            inner.Write(_buffer.AsSpan(0, _written));
            Release();
        }
    }

    private void Release()
    {
        ArrayPool<byte>.Shared.Return(_buffer!);
        _buffer = null;
        _written = 0;
    }
}
