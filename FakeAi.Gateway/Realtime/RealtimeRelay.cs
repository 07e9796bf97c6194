using System.Buffers;
using System.Net.WebSockets;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Realtime;

/// <summary>How a session's relay ended.</summary>
/// <param name="ClientLeft">The client's connection broke, or it said that it goes away.</param>
/// <param name="Close">What the engine said at its end; null when it was lost.</param>
internal readonly record struct RelayEnd(bool ClientLeft, RealtimeClose? Close);

/// <summary>Passes messages between a client and an engine, both ways, a bounded buffer at a time, until both have closed.</summary>
internal sealed class RealtimeRelay
{
    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_sendTimeout = TimeSpan.FromSeconds(2);

    private volatile bool _engineEnded;
    private volatile bool _clientLeft;

    private RealtimeRelay()
    {
    }

    /// <summary>Runs until both directions have ended, or the token is cancelled. Never throws.</summary>
    public static async Task<RelayEnd> RunAsync(
        WebSocket client, WebSocket engine, GatewayRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var relay = new RealtimeRelay();
        var up = relay.UpAsync(client, engine, clock, stop.Token);
        var down = relay.DownAsync(client, engine, request, clock, stop.Token);
        await Task.WhenAny(up, down);

        // Whoever has not closed yet gets the time to; the engine tells its tokens then.
        using (var limit = new CancellationTokenSource(s_closeTimeout, clock))
        {
            await using var late = limit.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), stop);
            await Task.WhenAll(up, down);
        }

        client.Abort();
        engine.Abort();
        return new RelayEnd(relay._clientLeft, await down);
    }

    /// <summary>Client to engine.</summary>
    private async Task UpAsync(WebSocket client, WebSocket engine, TimeProvider clock, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var received = await client.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    NoteClient(client.CloseStatus == WebSocketCloseStatus.EndpointUnavailable);
                    await CloseAsync(engine, client.CloseStatus ?? WebSocketCloseStatus.Empty, client.CloseStatusDescription, clock);
                    return;
                }

                await engine.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, cancellationToken);
            }
        }
        catch (Exception exception) when (IsLost(exception))
        {
            NoteClient(left: true);
            await CloseAsync(engine, WebSocketCloseStatus.EndpointUnavailable, "the client is gone", clock);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A client that leaves a session which the engine has ended did not leave early. Noted before the engine hears of it.</summary>
    private void NoteClient(bool left) => _clientLeft = left && !_engineEnded;

    /// <summary>Engine to client.</summary>
    /// <returns>What the engine said at its end; null when it was lost.</returns>
    private async Task<RealtimeClose?> DownAsync(
        WebSocket client, WebSocket engine, GatewayRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var clientGone = false;
        try
        {
            while (true)
            {
                var received = await engine.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    _engineEnded = true;
                    var ours = RealtimeClose.TryParse(engine.CloseStatusDescription, out var close);
                    await CloseAsync(client, engine.CloseStatus ?? WebSocketCloseStatus.Empty, ours ? close.End : engine.CloseStatusDescription, clock);
                    return ours ? close : null;
                }

                if (!clientGone)
                {
                    clientGone = !await SendAsync(client, buffer.AsMemory(0, received.Count), received, cancellationToken);
                }

                request.FirstByteUs = request.BytesOut == 0 ? request.ElapsedUs : request.FirstByteUs;
                request.BytesOut += clientGone ? 0 : received.Count;
            }
        }
        catch (Exception exception) when (IsLost(exception))
        {
            _engineEnded = true;
            await CloseAsync(client, WebSocketCloseStatus.InternalServerError, "the engine is gone", clock);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A client that is gone does not end this direction: the engine's last word is still to come.</summary>
    private static async Task<bool> SendAsync(WebSocket client, ReadOnlyMemory<byte> part, ValueWebSocketReceiveResult received, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAsync(part, received.MessageType, received.EndOfMessage, cancellationToken);
            return true;
        }
        catch (Exception exception) when (IsLost(exception) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string? description, TimeProvider clock)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var timeout = new CancellationTokenSource(s_sendTimeout, clock);
        try
        {
            await socket.CloseOutputAsync(status, status == WebSocketCloseStatus.Empty ? null : description, timeout.Token);
        }
        catch (Exception exception) when (IsLost(exception))
        {
            socket.Abort();
        }
    }

    private static bool IsLost(Exception exception) =>
        exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException;
}
