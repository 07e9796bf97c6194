using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using FakeAi.Contracts.Wire;

namespace FakeAi.Gateway.Upstreams.Links;

/// <summary>
/// One connection of a chunk link. Its thread reads and writes each chunk on to its client itself: no other thread has to wake up
/// for it. Blocking calls only, since a socket that was used asynchronously would wake its reader through another thread.
/// </summary>
internal sealed class LinkConnection(Socket socket, string id)
{
    private const int BufferBytes = 256 * 1024;
    private const int CreditBytes = 4;

    private readonly ConcurrentDictionary<uint, LinkedBody> _bodies = new();
    private readonly Lock _sending = new();
    private readonly byte[] _credit = new byte[ChunkFrames.HeaderBytes + CreditBytes];
    private uint _number;
    private volatile bool _closed;

    /// <summary>A place for one body; null when the connection has ended.</summary>
    public LinkedBody? Open()
    {
        var number = Interlocked.Increment(ref _number);
        var body = new LinkedBody(this, number, string.Create(CultureInfo.InvariantCulture, $"{id}.{number}"));
        _bodies[number] = body;
        if (!_closed)
        {
            return body;
        }

        _bodies.TryRemove(number, out _);
        return null;
    }

    /// <summary>Gives a place back.</summary>
    public void Remove(uint number) => _bodies.TryRemove(number, out _);

    /// <summary>Ends the connection.</summary>
    public void Close()
    {
        _closed = true;
        socket.Dispose();
    }

    /// <summary>Tells the engine that a client has taken so many bytes. Small and rare: the socket's buffer always has room while the engine lives.</summary>
    public void Credit(uint number, int bytes)
    {
        try
        {
            lock (_sending)
            {
                ChunkFrames.WriteHeader(_credit, number, ChunkKind.Credit, CreditBytes);
                BinaryPrimitives.WriteUInt32LittleEndian(_credit.AsSpan(ChunkFrames.HeaderBytes), (uint)bytes);
                socket.Send(_credit);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Half a credit may have gone out: no more can follow it.
            Close();
        }
    }

    /// <summary>Reads until the connection ends; then every body that is not whole is lost.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="InvalidDataException">The engine sent what is no frame.</exception>
    public void Read()
    {
        var buffer = new byte[BufferBytes];
        var filled = 0;
        try
        {
            while (true)
            {
                var read = socket.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
                if (read == 0)
                {
                    return;
                }

                filled += read;
                var at = Take(buffer.AsMemory(0, filled), out var needed);
                filled -= at;
                var target = needed > buffer.Length ? new byte[needed] : buffer;
                Buffer.BlockCopy(buffer, at, target, 0, filled);
                buffer = target;
            }
        }
        finally
        {
            _closed = true;
            foreach (var (_, body) in _bodies)
            {
                body.Lose();
            }
        }
    }

    /// <summary>Hands whole frames on; gives how many bytes they were, and how long the next one is.</summary>
    private int Take(ReadOnlyMemory<byte> bytes, out int needed)
    {
        var at = 0;
        needed = 0;
        while (bytes.Length - at >= ChunkFrames.HeaderBytes)
        {
            var (number, kind, length) = ChunkFrames.ReadHeader(bytes.Span[at..]);
            if (length > ChunkFrames.MaxPayload || kind is not (ChunkKind.Head or ChunkKind.Data or ChunkKind.Last))
            {
                throw new InvalidDataException($"a frame of kind {(int)kind} and {length} bytes");
            }

            needed = ChunkFrames.HeaderBytes + length;
            if (bytes.Length - at < needed)
            {
                break;
            }

            if (_bodies.TryGetValue(number, out var body))
            {
                body.Take(kind, bytes.Slice(at + ChunkFrames.HeaderBytes, length));
            }

            at += needed;
            needed = 0;
        }

        return at;
    }
}
