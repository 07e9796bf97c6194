using System.Buffers;
using System.Net;

namespace FakeAi.Gateway.Chat;

/// <summary>
/// A request's body in a pooled buffer, sent to an engine as it stands. The buffer goes back to the pool only when no
/// sending is under way: a cancelled call may still be copying from it.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private byte[]? _buffer;
    private int _senders;

    public RequestBody(byte[] pooled, int length)
    {
        _buffer = pooled;
        Length = length;
    }

    public int Length { get; }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>A new content over the same bytes, for one call.</summary>
    public HttpContent ToContent() => new Content(this);

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, null);
        if (buffer is not null && Volatile.Read(ref _senders) == 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class Content(RequestBody body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref body._senders);
            try
            {
                await stream.WriteAsync(body.Memory, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref body._senders);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
