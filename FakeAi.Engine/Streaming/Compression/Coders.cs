using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming.Compression;

/// <summary>Compresses into a pipe; after <see cref="Flush"/> the client can decode all that was written.</summary>
internal interface ICoder : IDisposable
{
    void Write(ReadOnlySpan<byte> data);

    void Flush();

    /// <summary>Writes the coding's end.</summary>
    void Finish();
}

/// <summary>Brotli at its fastest level; a window of 256 KB keeps its tables small.</summary>
internal sealed class BrotliCoder(PipeWriter output) : ICoder
{
    private const int Quality = 1;
    private const int WindowBits = 18;
    private const int Room = 512;

    private BrotliEncoder _encoder = new(Quality, WindowBits);

    public void Write(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            var status = _encoder.Compress(data, output.GetSpan(Room), out var consumed, out var written, isFinalBlock: false);
            output.Advance(written);
            data = data[consumed..];
            Check(status);
            if (status == OperationStatus.Done && data.IsEmpty)
            {
                return;
            }
        }
    }

    public void Flush()
    {
        OperationStatus status;
        do
        {
            status = _encoder.Flush(output.GetSpan(Room), out var written);
            output.Advance(written);
            Check(status);
        }
        while (status == OperationStatus.DestinationTooSmall);
    }

    public void Finish()
    {
        OperationStatus status;
        do
        {
            status = _encoder.Compress([], output.GetSpan(Room), out _, out var written, isFinalBlock: true);
            output.Advance(written);
            Check(status);
        }
        while (status == OperationStatus.DestinationTooSmall);
    }

    public void Dispose() => _encoder.Dispose();

    private static void Check(OperationStatus status)
    {
        if (status == OperationStatus.InvalidData)
        {
            throw new InvalidDataException("The Brotli encoder refused its input.");
        }
    }
}

/// <summary>Gzip at its fastest level. Its tables, about 256 KB, are made with the first byte.</summary>
internal sealed class GzipCoder(PipeWriter output) : ICoder
{
    private readonly Sink _sink = new(output);
    private GZipStream? _gzip;

    public void Write(ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
        {
            (_gzip ??= new GZipStream(_sink, CompressionLevel.Fastest, leaveOpen: true)).Write(data);
        }
    }

    public void Flush() => _gzip?.Flush();

    public void Finish() => _gzip?.Dispose();

    public void Dispose()
    {
        // What the stream still writes when it is given up must not reach the response.
        _sink.Close();
        _gzip?.Dispose();
    }

    /// <summary>Copies into the pipe and leaves flushing to it: the framework's own adapter would wait for the client.</summary>
    private sealed class Sink(PipeWriter output) : Stream
    {
        private bool _closed;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!_closed)
            {
                output.Write(buffer);
            }
        }

        public override void Close() => _closed = true;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
