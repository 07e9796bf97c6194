using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Upstreams.Links;

/// <summary>
/// An answer that comes over a chunk link. The link's thread writes each chunk to the client as it comes, and the answer's end;
/// what comes before the head was taken up, or while the client does not read, is kept, at most the link's window of it.
/// <para>Threads: everything under one lock; after <see cref="RelayAsync"/> has returned nothing touches the response.</para>
/// </summary>
internal sealed class LinkedBody(LinkConnection connection, uint number, string place) : IDisposable
{
    private const int MostKept = ChunkFrames.WindowBytes + (2 * ChunkFrames.MaxPayload);
    private const int CreditEvery = ChunkFrames.WindowBytes / 4;
    private static readonly TimeSpan s_last = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<HttpResponseMessage> _head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RelayOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte>? _kept;
    private GatewayRequest? _request;
    private HttpResponse? _response;
    private PipeWriter? _client;
    private Task _completing = Task.CompletedTask;
    private int _taken;
    private bool _begun;
    private bool _flushing;
    private bool _last;
    private bool _closed;

    /// <summary>What the engine must know of the place, for <see cref="InternalHeaders.Link"/>.</summary>
    public string Place => place;

    /// <summary>The answer's status and headers. Never completes where the answer comes over HTTP/2.</summary>
    public Task<HttpResponseMessage> Head => _head.Task;

    /// <summary>What the engine told with the last bytes; null before.</summary>
    public IReadOnlyDictionary<string, string>? Trailers { get; private set; }

    /// <summary>Takes a frame. The link's thread only.</summary>
    /// <exception cref="InvalidDataException">The engine sent more than it may, or what is no frame.</exception>
    public void Take(ChunkKind kind, ReadOnlyMemory<byte> payload)
    {
        if (kind == ChunkKind.Head)
        {
            _head.TrySetResult(ReadHead(payload.Span));
            return;
        }

        lock (_lock)
        {
            if (_closed || _last)
            {
                return;
            }

            if (kind == ChunkKind.Last)
            {
                (Trailers, var length) = ChunkFrames.ReadFields(payload.Span);
                payload = payload[length..];
                _last = true;
            }

            if (_client is null || _flushing || _kept is { WrittenCount: > 0 })
            {
                Keep(payload.Span);
            }
            else
            {
                Write(payload);
            }
        }
    }

    /// <summary>The engine is gone: what has not come will not come.</summary>
    public void Lose() => _ended.TrySetResult(RelayOutcome.EngineBroke);

    /// <summary>The HTTP exchange was over, well or not: the link's last word must not come long after it.</summary>
    public async Task LoseSoonAsync(bool now)
    {
        try
        {
            await _ended.Task.WaitAsync(now ? TimeSpan.Zero : s_last);
        }
        catch (Exception)
        {
            Lose();
        }
    }

    /// <summary>
    /// Passes the body on until it is whole and its end is handed to the client's connection, the client is gone, or the
    /// engine is. An answer that must not look whole (<see cref="InternalHeaders.Broken"/>) is left without its end.
    /// </summary>
    /// <param name="response">The client's.</param>
    /// <param name="request">Told of the first byte and of how many there were.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<RelayOutcome> RelayAsync(HttpResponse response, GatewayRequest request, CancellationToken cancellationToken)
    {
        await using var given = cancellationToken.UnsafeRegister(
            static (ended, token) => ((TaskCompletionSource<RelayOutcome>)ended!).TrySetCanceled(token), _ended);
        lock (_lock)
        {
            (_response, _client, _request) = (response, response.BodyWriter, request);
            WriteKept();
        }

        try
        {
            var outcome = await _ended.Task;
            await _completing.WaitAsync(cancellationToken);
            return outcome;
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _client = null;
            _kept = null;
        }

        connection.Remove(number);
    }

    private static HttpResponseMessage ReadHead(ReadOnlySpan<byte> payload)
    {
        var head = new HttpResponseMessage(HttpStatusCode.OK);
        foreach (var (name, value) in ChunkFrames.ReadFields(payload).Fields)
        {
            if (!head.Headers.TryAddWithoutValidation(name, value))
            {
                head.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return head;
    }

    private void Keep(ReadOnlySpan<byte> payload)
    {
        _kept ??= new ArrayBufferWriter<byte>(Math.Max(1024, payload.Length));
        if (_kept.WrittenCount + payload.Length > MostKept)
        {
            throw new InvalidDataException("more of a stream than its window");
        }

        _kept.Write(payload);
    }

    private void WriteKept()
    {
        if (_kept is { WrittenCount: > 0 } kept)
        {
            _kept = null;
            Write(kept.WrittenMemory);
        }
        else if (_last)
        {
            Write(default);
        }
    }

    private void Write(ReadOnlyMemory<byte> bytes)
    {
        if (_request!.BytesOut == 0)
        {
            _request.FirstByteUs = _request.ElapsedUs;
        }

        _request.BytesOut += bytes.Length;
        try
        {
            if (_last)
            {
                End(bytes.Span);
                return;
            }

            ValueTask<FlushResult> flush;
            if (_begun)
            {
                flush = _client!.WriteAsync(bytes, CancellationToken.None);
            }
            else
            {
                // The first write may wait for the response's headers, and would read the bytes after that.
                _begun = true;
                _client!.Write(bytes.Span);
                flush = _client!.FlushAsync(CancellationToken.None);
            }

            if (flush.IsCompletedSuccessfully)
            {
                Flushed(flush.Result, bytes.Length);
            }
            else
            {
                _flushing = true;
                _ = FlushAsync(flush, bytes.Length);
            }
        }
        catch (Exception exception)
        {
            _ended.TrySetException(exception);
        }
    }

    /// <summary>Hands over the last bytes and the body's end together.</summary>
    private void End(ReadOnlySpan<byte> bytes)
    {
        _client!.Write(bytes);
        if (!Trailers!.ContainsKey(InternalHeaders.Broken))
        {
            _completing = _response!.CompleteAsync();
        }

        _ended.TrySetResult(RelayOutcome.Delivered);
    }

    private async Task FlushAsync(ValueTask<FlushResult> pending, int bytes)
    {
        try
        {
            var result = await pending;
            lock (_lock)
            {
                _flushing = false;
                Flushed(result, bytes);
                if (!_closed)
                {
                    WriteKept();
                }
            }
        }
        catch (Exception exception)
        {
            _ended.TrySetException(exception);
        }
    }

    private void Flushed(FlushResult result, int bytes)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            _ended.TrySetResult(RelayOutcome.ClientGone);
            return;
        }

        _taken += bytes;
        if (_taken >= CreditEvery && !_closed)
        {
            connection.Credit(number, _taken);
            _taken = 0;
        }
    }
}
