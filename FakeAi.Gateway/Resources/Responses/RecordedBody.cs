using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>
/// A client's response body of which the end is kept back until what it tells is stored: whoever has read it finds it in the store. Of
/// a stream only the last event is kept back; what comes before goes on as it comes, and is not parsed.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="inner">The body itself.</param>
/// <param name="stream">Whether events are streamed.</param>
/// <param name="record">Stores the response; must not throw.</param>
internal sealed class RecordedBody(HttpContext context, IHttpResponseBodyFeature inner, bool stream, Func<JsonElement, Task> record) : IHttpResponseBodyFeature
{
    private readonly RecordedWriter _writer = new(inner.Writer, holds: !stream);

    public Stream Stream => _writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => _writer;

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        if (context.Response.StatusCode == StatusCodes.Status200OK && Read() is { } response)
        {
            await record(response);
        }

        await ReleaseAsync();
        await inner.CompleteAsync();
    }

    /// <summary>Hands over what is still kept back, such as an error.</summary>
    public async Task ReleaseAsync()
    {
        if (_writer.Release())
        {
            await inner.Writer.FlushAsync(context.RequestAborted);
        }
    }

    private JsonElement? Read()
    {
        try
        {
            var reader = new Utf8JsonReader(_writer.Held);
            if (_writer.Held.IsEmpty || !JsonElement.TryParseValue(ref reader, out var told))
            {
                return null;
            }

            return stream ? told.Value.GetProperty("response").Clone() : told.Value.Clone();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Passes bytes on until the last event begins, and keeps them from there.</summary>
    private sealed class RecordedWriter(PipeWriter inner, bool holds) : PipeWriter
    {
        /// <summary>An answer that is longer is passed on and not stored.</summary>
        private const int MostHeld = 32 * 1024 * 1024;

        private static readonly byte[][] s_last =
        [
            .. new[] { "completed", "incomplete", "failed" }.Select(static w => System.Text.Encoding.ASCII.GetBytes($"{{\"type\":\"response.{w}\",\"sequence_number\":")),
        ];

        private static readonly int s_longest = s_last.Max(static l => l.Length);

        private readonly ArrayBufferWriter<byte> _held = new();
        private readonly byte[] _passed = new byte[2 * s_longest];
        private int _passedLength;
        private int _begun;
        private bool _holds = holds;
        private bool _given;
        private Memory<byte> _memory;

        /// <summary>What is kept back, from the last event's own beginning.</summary>
        public ReadOnlySpan<byte> Held => _given ? default : _held.WrittenSpan;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _holds && !_given ? _held.GetMemory(sizeHint) : _memory = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            if (_given)
            {
                inner.Advance(bytes);
            }
            else if (_holds)
            {
                _held.Advance(bytes);
                if (_held.WrittenCount > MostHeld)
                {
                    Release();
                }
            }
            else
            {
                Pass(_memory.Span[..bytes]);
            }
        }

        /// <summary>Hands over what is kept back, and keeps nothing from now on; whether there was anything.</summary>
        public bool Release()
        {
            if (_given)
            {
                return false;
            }

            _given = true;
            var held = _held.WrittenSpan[_begun..];
            inner.Write(held);
            return held.Length > 0;
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private void Pass(ReadOnlySpan<byte> bytes)
        {
            // A beginning that two writes share is found in the end of one with the beginning of the other.
            var shared = Math.Min(bytes.Length, s_longest - 1);
            bytes[..shared].CopyTo(_passed.AsSpan(_passedLength));
            var seam = Find(_passed.AsSpan(0, _passedLength + shared));
            if (seam >= 0 && seam < _passedLength)
            {
                // Its first bytes are the client's already; they are kept for reading alone.
                _begun = _passedLength - seam;
                _held.Write(_passed.AsSpan(seam, _begun));
                _held.Write(bytes);
                _holds = true;
                bytes = default;
            }
            else if (Find(bytes) is >= 0 and var at)
            {
                _held.Write(bytes[at..]);
                _holds = true;
                bytes = bytes[..at];
            }

            inner.Advance(bytes.Length);
            Keep(bytes);
        }

        /// <summary>Keeps the end of what was passed on.</summary>
        private void Keep(ReadOnlySpan<byte> bytes)
        {
            var most = s_longest - 1;
            if (bytes.Length >= most)
            {
                bytes[^most..].CopyTo(_passed);
                _passedLength = most;
                return;
            }

            var old = Math.Min(_passedLength, most - bytes.Length);
            _passed.AsSpan(_passedLength - old, old).CopyTo(_passed);
            bytes.CopyTo(_passed.AsSpan(old));
            _passedLength = old + bytes.Length;
        }

        private static int Find(ReadOnlySpan<byte> bytes)
        {
            foreach (var last in s_last)
            {
                if (bytes.IndexOf(last) is >= 0 and var at)
                {
                    return at;
                }
            }

            return -1;
        }
    }
}
