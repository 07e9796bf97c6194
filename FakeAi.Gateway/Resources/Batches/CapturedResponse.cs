using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>
/// The answer to a request that no connection waits for: kept in memory, up to a bound. Breaking the connection off ends the
/// request, as it does with a client's.
/// </summary>
internal sealed class CapturedResponse : HttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature, IDisposable
{
    private readonly CancellationTokenSource _aborted;
    private readonly Bounded _body;

    public CapturedResponse(int most, CancellationToken cancellationToken)
    {
        _aborted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _body = new Bounded(most);
        Writer = PipeWriter.Create(_body, new StreamPipeWriterOptions(leaveOpen: true));
        RequestAborted = _aborted.Token;
    }

    /// <summary>Whether the answer was broken off, so that it is not whole.</summary>
    public bool Broken { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Content => _body.GetBuffer().AsMemory(0, (int)_body.Length);

    public override bool HasStarted => _body.Length > 0;

    public PipeWriter Writer { get; }

    Stream IHttpResponseBodyFeature.Stream => Writer.AsStream(leaveOpen: true);

    public CancellationToken RequestAborted { get; set; }

    public void Abort()
    {
        Broken = true;
        _aborted.Cancel();
    }

    public void DisableBuffering()
    {
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Writer.AsStream(leaveOpen: true), path, offset, count, cancellationToken);

    public async Task CompleteAsync() => await Writer.FlushAsync(CancellationToken.None);

    public void Dispose()
    {
        // With a reason, so that nothing is written any more; its buffers go back.
        Writer.Complete(new OperationCanceledException());
        _body.Dispose();
        _aborted.Dispose();
    }

    private sealed class Bounded(int most) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Check(count);
            base.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Check(buffer.Length);
            return base.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        private void Check(int count)
        {
            if (Length + count > most)
            {
                throw new IOException("The answer is longer than a batch can keep.");
            }
        }
    }
}
