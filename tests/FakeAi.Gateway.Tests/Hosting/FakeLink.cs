using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FakeAi.Contracts.Wire;

namespace FakeAi.Gateway.Tests.Hosting;

/// <summary>An engine's end of a chunk link, by hand: takes one gateway's connection and tells frames.</summary>
internal sealed class FakeLink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _socket;

    public FakeLink() => _listener.Start();

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>Waits for the gateway and does what HTTP wants before the frames.</summary>
    public async Task AcceptAsync()
    {
        _socket = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        var head = "";
        var one = new byte[1];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await _socket.ReceiveAsync(one, TestContext.Current.CancellationToken));
            head += (char)one[0];
        }

        Assert.Contains($"Upgrade: {ChunkFrames.Protocol}\r\n", head, StringComparison.Ordinal);
        await _socket.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
    }

    public Task HeadAsync(uint stream) =>
        FieldsAsync(stream, ChunkKind.Head, "", ("content-type", "text/event-stream"), (InternalHeaders.Model, "gpt-4o-mini"));

    public Task DataAsync(uint stream, string text) => SendAsync(stream, ChunkKind.Data, Encoding.UTF8.GetBytes(text));

    public Task LastAsync(uint stream, string text, params (string Name, string Value)[] trailers) => FieldsAsync(stream, ChunkKind.Last, text, trailers);

    /// <summary>How many bytes the gateway says that clients have taken, once it says something.</summary>
    public async Task<int> CreditAsync()
    {
        var frame = new byte[ChunkFrames.HeaderBytes + 4];
        Assert.Equal(frame.Length, await _socket!.ReceiveAsync(frame, TestContext.Current.CancellationToken));
        Assert.Equal(ChunkKind.Credit, ChunkFrames.ReadHeader(frame).Kind);
        return BitConverter.ToInt32(frame, ChunkFrames.HeaderBytes);
    }

    public bool HasCredit => _socket!.Available > 0;

    public void Dispose()
    {
        _socket?.Dispose();
        _listener.Dispose();
    }

    /// <summary>The place that a request asks for.</summary>
    public static uint Number(Microsoft.AspNetCore.Http.HttpContext context) =>
        uint.Parse(context.Request.Headers[InternalHeaders.Link].ToString().Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);

    private Task FieldsAsync(uint stream, ChunkKind kind, string text, params (string Name, string Value)[] fields)
    {
        var payload = new ArrayBufferWriter<byte>();
        ChunkFrames.WriteFields(payload, fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        payload.Write(Encoding.UTF8.GetBytes(text));
        return SendAsync(stream, kind, payload.WrittenSpan.ToArray());
    }

    private async Task SendAsync(uint stream, ChunkKind kind, byte[] payload)
    {
        var frame = new byte[ChunkFrames.HeaderBytes + payload.Length];
        ChunkFrames.WriteHeader(frame, stream, kind, payload.Length);
        payload.CopyTo(frame, ChunkFrames.HeaderBytes);
        await _socket!.SendAsync(frame, TestContext.Current.CancellationToken);
    }
}
