using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace FakeAi.Collector.Tests;

/// <summary>Speaks SignalR's JSON protocol over a bare WebSocket, without negotiation.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private const char End = '\u001e';

    private readonly ClientWebSocket _socket = new();
    private readonly Queue<string> _received = new();
    private string _rest = "";

    public static async Task<HubClient> ConnectAsync(Uri http)
    {
        var client = new HubClient();
        await client._socket.ConnectAsync(new UriBuilder(http) { Scheme = "ws", Path = "/hubs/live" }.Uri, Timeout());
        await client.SendAsync("""{"protocol":"json","version":1}""");
        Assert.Equal("{}", await client.ReceiveTextAsync());
        return client;
    }

    public Task WatchAsync() => SendAsync("""{"type":4,"invocationId":"w","target":"Watch","arguments":[]}""");

    public async Task<long> PingAsync()
    {
        await SendAsync("""{"type":1,"invocationId":"p","target":"Ping","arguments":[]}""");
        while (true)
        {
            using var message = JsonDocument.Parse(await ReceiveTextAsync());
            if (message.RootElement.GetProperty("type").GetInt32() == 3)
            {
                return message.RootElement.GetProperty("result").GetInt64();
            }
        }
    }

    /// <summary>The next live message.</summary>
    public async Task<JsonElement> NextAsync()
    {
        while (true)
        {
            using var message = JsonDocument.Parse(await ReceiveTextAsync());
            if (message.RootElement.GetProperty("type").GetInt32() == 2)
            {
                return message.RootElement.GetProperty("item").Clone();
            }

            Assert.Equal(6, message.RootElement.GetProperty("type").GetInt32());
        }
    }

    /// <summary>The next live message of a type; others are passed over.</summary>
    public async Task<JsonElement> NextAsync(string type)
    {
        while (true)
        {
            var item = await NextAsync();
            if (item.GetProperty("type").GetString() == type)
            {
                return item;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static CancellationToken Timeout() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private Task SendAsync(string json) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(json + End), WebSocketMessageType.Text, endOfMessage: true, Timeout());

    private async Task<string> ReceiveTextAsync()
    {
        var buffer = new byte[65_536];
        var decoder = Encoding.UTF8.GetDecoder();
        while (_received.Count == 0)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), Timeout());
            Assert.NotEqual(WebSocketMessageType.Close, result.MessageType);
            var text = new char[result.Count + 1];
            var parts = (_rest + new string(text, 0, decoder.GetChars(buffer, 0, result.Count, text, 0))).Split(End);
            _rest = parts[^1];
            foreach (var part in parts[..^1])
            {
                _received.Enqueue(part);
            }
        }

        return _received.Dequeue();
    }
}
