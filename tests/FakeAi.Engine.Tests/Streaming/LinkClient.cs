using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FakeAi.Contracts.Wire;

namespace FakeAi.Engine.Tests.Streaming;

/// <summary>A gateway's end of a chunk link, by hand.</summary>
internal sealed class LinkClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private LinkClient(Socket socket, string id)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        Id = id;
    }

    public string Id { get; }

    public static async Task<LinkClient> OpenAsync(Uri engine, string id)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, engine.Port, TestContext.Current.CancellationToken);
        var client = new LinkClient(socket, id);
        await client._stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET {ChunkFrames.Route} HTTP/1.1\r\nHost: {engine.Authority}\r\nConnection: Upgrade\r\nUpgrade: {ChunkFrames.Protocol}\r\n{InternalHeaders.Link}: {id}\r\n\r\n"),
            TestContext.Current.CancellationToken);
        var head = "";
        var one = new byte[1];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client._stream.ReadExactlyAsync(one, TestContext.Current.CancellationToken);
            head += (char)one[0];
        }

        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        return client;
    }

    /// <summary>The next frame.</summary>
    public async Task<(uint Stream, ChunkKind Kind, byte[] Payload)> ReadAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var header = new byte[ChunkFrames.HeaderBytes];
        await _stream.ReadExactlyAsync(header, limit.Token);
        var (stream, kind, length) = ChunkFrames.ReadHeader(header);
        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload, limit.Token);
        return (stream, kind, payload);
    }

    /// <summary>All that is told of one stream until its end: its headers, its body, its trailers.</summary>
    public async Task<(IReadOnlyDictionary<string, string> Head, string Body, IReadOnlyDictionary<string, string> Trailers)> ReadStreamAsync(uint number, bool credit = true)
    {
        IReadOnlyDictionary<string, string>? head = null;
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var (stream, kind, payload) = await ReadAsync();
            Assert.Equal(number, stream);
            Assert.Equal(head is null, kind == ChunkKind.Head);
            if (kind == ChunkKind.Head)
            {
                head = ChunkFrames.ReadFields(payload).Fields;
                continue;
            }

            var (trailers, skip) = kind == ChunkKind.Last ? ChunkFrames.ReadFields(payload) : (null!, 0);
            body.Write(payload.AsSpan(skip));
            if (kind == ChunkKind.Last)
            {
                return (head!, Encoding.UTF8.GetString(body.WrittenSpan), trailers);
            }

            if (credit)
            {
                await CreditAsync(number, payload.Length);
            }
        }
    }

    public async Task CreditAsync(uint number, int bytes)
    {
        var frame = new byte[ChunkFrames.HeaderBytes + 4];
        ChunkFrames.WriteHeader(frame, number, ChunkKind.Credit, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(ChunkFrames.HeaderBytes), (uint)bytes);
        await _stream.WriteAsync(frame, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
