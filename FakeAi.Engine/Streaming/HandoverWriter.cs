using System.Buffers;
using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// Hands each chunk to the response in one call. Kestrel's HTTP/2 output counts bytes as soon as a writer advances, but can
/// send them only after the flush; in between, its one sending loop for all streams of the connection finds "more to send" and
/// nothing to send, and spins on the lock that the flush needs. On a busy machine that stopped every stream of an engine
/// for seconds.
/// </summary>
internal sealed class HandoverWriter(PipeWriter inner) : BufferedWriter
{
    private bool _begun;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (!_begun || Written.IsEmpty)
        {
            // The first write may wait for the response's headers, and would read the buffer after that.
            _begun = true;
            Copy();
            return inner.FlushAsync(cancellationToken);
        }

        var flush = inner.WriteAsync(Written, cancellationToken);
        Release();
        return flush;
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <summary>Hands over what is left, to go out with the response's end; the response's own writer is the server's to complete.</summary>
    public override void Complete(Exception? exception = null) => Copy();

    private void Copy()
    {
        if (!Written.IsEmpty)
        {
            inner.Write(Written.Span);
        }

        Release();
    }
}
