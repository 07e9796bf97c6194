using System.Buffers;
using System.Net.WebSockets;

namespace FakeAi.Gateway.CollectorProxy;

/// <summary>Passes messages between two sockets, both ways, a bounded buffer at a time, until either ends.</summary>
internal static class WebSocketRelay
{
    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Runs until both directions are closed, one side is lost, or the token is cancelled. Never throws.</summary>
    public static async Task RunAsync(WebSocket client, WebSocket upstream, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = PumpAsync(client, upstream, clock, stop.Token);
        var down = PumpAsync(upstream, client, clock, stop.Token);
        await Task.WhenAny(up, down);

        // The other side gets the time to answer a close frame, no more.
        stop.CancelAfter(s_closeTimeout);
        await Task.WhenAll(up, down);
        client.Abort();
        upstream.Abort();
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to, TimeProvider clock, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var received = await from.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await CloseAsync(to, from.CloseStatus ?? WebSocketCloseStatus.Empty, from.CloseStatusDescription, clock);
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            await CloseAsync(to, WebSocketCloseStatus.EndpointUnavailable, "the other side is gone", clock);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string? description, TimeProvider clock)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var timeout = new CancellationTokenSource(s_closeTimeout, clock);
        try
        {
            await socket.CloseOutputAsync(status, status == WebSocketCloseStatus.Empty ? null : description, timeout.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            socket.Abort();
        }
    }
}
