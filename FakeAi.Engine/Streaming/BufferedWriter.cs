using System.Buffers;
using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// A pipe's writer that keeps what is written between two flushes and hands it over in one piece. Used by one thread at a
/// time; holds no memory between two flushes. Completing it hands over what is left.
/// </summary>
internal abstract class BufferedWriter : PipeWriter
{
    private const int Least = 1024;

    private byte[]? _buffer;
    private int _written;

    public override bool CanGetUnflushedBytes => true;

    /// <summary>Bytes not handed over yet.</summary>
    public override long UnflushedBytes => _written;

    /// <summary>What was written since the last hand-over; valid until <see cref="Release"/>.</summary>
    protected ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _written);

    public override Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).AsMemory(_written);

    public override Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).AsSpan(_written);

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (_buffer?.Length ?? 0) - _written);
        _written += bytes;
    }

    /// <summary>Forgets what was written and gives its memory back.</summary>
    protected void Release()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            _written = 0;
        }
    }

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
}
