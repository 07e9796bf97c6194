using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using FakeAi.Contracts.Wire;

namespace FakeAi.Engine.Streaming.Links;

/// <summary>
/// One gateway's chunk link (<see cref="ChunkFrames"/>). What streams hand over is gathered while the connection is busy, and
/// within a tick of the clock wheel; then it is sent in one piece. Safe for concurrent use.
/// </summary>
internal sealed class ChunkLink(Stream connection)
{
    /// <summary>So many bytes are sent before the tick's end.</summary>
    private const int Early = 32 * 1024;

    /// <summary>Most bytes that wait for a gateway that does not read; streams with more have to wait themselves.</summary>
    private const int MostPending = 16 * 1024 * 1024;

    private const int CreditBytes = 4;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<uint, LinkWriter> _writers = new();
    private ArrayBufferWriter<byte> _pending = new(Early);
    private ArrayBufferWriter<byte> _sending = new(Early);
    private bool _busy;
    private volatile bool _closed;

    /// <summary>Whether nothing reaches the gateway any more.</summary>
    public bool IsClosed => _closed;

    /// <summary>Whether so much waits that no more should be handed over.</summary>
    public bool IsFull => Volatile.Read(ref _pending).WrittenCount > MostPending;

    /// <summary>Streams that are told here.</summary>
    public int Streams => _writers.Count;

    /// <summary>Takes a stream in; false when its number is taken, or the link is closed.</summary>
    public bool TryAdd(uint number, LinkWriter writer)
    {
        if (!_writers.TryAdd(number, writer))
        {
            return false;
        }

        if (_closed)
        {
            _writers.TryRemove(number, out _);
        }

        return !_closed;
    }

    /// <summary>Lets a stream go.</summary>
    public void Remove(uint number) => _writers.TryRemove(number, out _);

    /// <summary>Takes a frame.</summary>
    /// <param name="stream">Whose.</param>
    /// <param name="kind">What.</param>
    /// <param name="first">The payload's beginning.</param>
    /// <param name="rest">The rest of it.</param>
    /// <param name="later">Whether <see cref="Flush"/> will follow soon.</param>
    public void Append(uint stream, ChunkKind kind, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, bool later)
    {
        bool send;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            ChunkFrames.WriteHeader(_pending.GetSpan(ChunkFrames.HeaderBytes), stream, kind, first.Length + rest.Length);
            _pending.Advance(ChunkFrames.HeaderBytes);
            _pending.Write(first);
            _pending.Write(rest);
            send = !later || _pending.WrittenCount >= Early;
        }

        if (send)
        {
            Flush();
        }
    }

    /// <summary>Sends what has gathered, unless a send is under way, which takes it along.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_busy || _closed || _pending.WrittenCount == 0)
            {
                return;
            }

            _busy = true;
            (_pending, _sending) = (_sending, _pending);
        }

        _ = SendAsync();
    }

    /// <summary>Reads what the gateway says until the connection ends.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        var frame = new byte[ChunkFrames.HeaderBytes + CreditBytes];
        try
        {
            while (await connection.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, stop) == frame.Length)
            {
                var (stream, kind, length) = ChunkFrames.ReadHeader(frame);
                if (kind != ChunkKind.Credit || length != CreditBytes)
                {
                    return;
                }

                if (_writers.TryGetValue(stream, out var writer))
                {
                    writer.Credit(BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(ChunkFrames.HeaderBytes)));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The gateway is gone, or we are about to be.
        }
        finally
        {
            Close();
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                await connection.WriteAsync(_sending.WrittenMemory, CancellationToken.None);
                var wasFull = IsFull;
                lock (_lock)
                {
                    _sending.ResetWrittenCount();
                    if (_closed || _pending.WrittenCount == 0)
                    {
                        _busy = false;
                        return;
                    }

                    (_pending, _sending) = (_sending, _pending);
                }

                if (wasFull)
                {
                    ResumeAll();
                }
            }
        }
        catch (Exception)
        {
            // However the connection fails: its reader notices too, and the streams are told here.
            Close();
        }
    }

    private void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        ResumeAll();
    }

    private void ResumeAll()
    {
        foreach (var (_, writer) in _writers)
        {
            writer.Resume();
        }
    }
}
