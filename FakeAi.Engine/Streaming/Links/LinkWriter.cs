using System.Buffers;
using System.IO.Pipelines;
using FakeAi.Contracts.Wire;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Engine.Streaming.Links;

/// <summary>
/// A stream's way out over its gateway's link: the response's headers with the first chunk, its trailers with the last one, so
/// that the gateway knows how it ended before the client can have all of it.
/// </summary>
internal sealed class LinkWriter(ChunkLink link, uint number, HttpResponse response, WheelThread wheel) : BufferedWriter, IDisposable
{
    private long _outstanding;
    private TaskCompletionSource<FlushResult>? _room;
    private bool _begun;
    private bool _ended;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        Send(wheel.IsCurrent);
        if (link.IsClosed || HasRoom)
        {
            return new ValueTask<FlushResult>(Result());
        }

        var room = new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _room, room);

        // It may have been made before anybody could know that it is waited for.
        if (link.IsClosed || HasRoom)
        {
            Resume();
        }

        return new ValueTask<FlushResult>(room.Task.WaitAsync(cancellationToken));
    }

    public override void CancelPendingFlush() =>
        Interlocked.Exchange(ref _room, null)?.TrySetResult(new FlushResult(isCanceled: true, isCompleted: false));

    /// <summary>Sends what is left, and the trailers that the response has by now.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        Begin();
        if (Written.Length > ChunkFrames.WindowBytes)
        {
            Send(later: true);
        }

        var trailers = new ArrayBufferWriter<byte>(256);
        var told = response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers ?? new HeaderDictionary();
        ChunkFrames.WriteFields(trailers, Fields(told));
        link.Append(number, ChunkKind.Last, trailers.WrittenSpan, Written.Span, wheel.IsCurrent);
        Release();
        link.Remove(number);
    }

    /// <summary>The client has taken so many bytes.</summary>
    public void Credit(uint bytes)
    {
        Interlocked.Add(ref _outstanding, -bytes);
        Resume();
    }

    /// <summary>Lets a flush go on that waited, if it can now.</summary>
    public void Resume()
    {
        if (link.IsClosed || HasRoom)
        {
            Interlocked.Exchange(ref _room, null)?.TrySetResult(Result());
        }
    }

    public void Dispose()
    {
        link.Remove(number);
        Release();
    }

    private bool HasRoom => Interlocked.Read(ref _outstanding) < ChunkFrames.WindowBytes && !link.IsFull;

    private FlushResult Result() => new(isCanceled: false, isCompleted: link.IsClosed);

    private void Begin()
    {
        if (!_begun)
        {
            _begun = true;
            var head = new ArrayBufferWriter<byte>(512);
            ChunkFrames.WriteFields(head, Fields(response.Headers));
            link.Append(number, ChunkKind.Head, head.WrittenSpan, default, later: true);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(IHeaderDictionary headers) =>
        headers.Select(h => KeyValuePair.Create(h.Key, h.Value.ToString()));

    private void Send(bool later)
    {
        for (var rest = Written; !rest.IsEmpty;)
        {
            var part = rest[..Math.Min(rest.Length, ChunkFrames.MaxPayload)];
            link.Append(number, ChunkKind.Data, part.Span, default, later);
            rest = rest[part.Length..];
        }

        Interlocked.Add(ref _outstanding, Written.Length);
        Release();
    }
}
