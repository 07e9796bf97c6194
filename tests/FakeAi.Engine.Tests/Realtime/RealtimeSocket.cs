using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace FakeAi.Engine.Tests.Realtime;

/// <summary>A client of realtime sessions.</summary>
internal sealed class RealtimeSocket : IDisposable
{
    private readonly byte[] _buffer = new byte[1024 * 1024];

    public ClientWebSocket Socket { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<RealtimeSocket> OpenAsync(Uri http, string query = "model=gpt-realtime")
    {
        var socket = new RealtimeSocket();
        socket.Socket.Options.AddSubProtocol("realtime");
        await socket.Socket.ConnectAsync(new UriBuilder(http) { Scheme = "ws", Path = "/v1/realtime", Query = query }.Uri, Token);
        return socket;
    }

    public Task SendAsync(string json) => Socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, endOfMessage: true, Token);

    /// <summary>The next event; null when the server closes.</summary>
    public async Task<JsonElement?> ReceiveAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        var length = 0;
        while (true)
        {
            var received = await Socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += received.Count;
            if (received.EndOfMessage)
            {
                return JsonElement.Parse(_buffer.AsSpan(0, length));
            }
        }
    }

    /// <summary>All events up to one of the given type, that one included.</summary>
    public async Task<List<JsonElement>> UntilAsync(string type)
    {
        var events = new List<JsonElement>();
        while (await ReceiveAsync() is { } next)
        {
            events.Add(next);
            if (SessionHarness.Type(next) == type)
            {
                return events;
            }
        }

        throw new InvalidOperationException($"Closed before {type}: {string.Join(' ', SessionHarness.Types(events))}");
    }

    public void Dispose() => Socket.Dispose();
}
