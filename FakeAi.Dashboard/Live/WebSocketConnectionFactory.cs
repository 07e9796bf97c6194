using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace FakeAi.Dashboard.Live;

/// <summary>Opens the hub's connection as a plain WebSocket, without negotiation.</summary>
/// <param name="configure">Sets headers and the like before the connection is opened.</param>
internal sealed class WebSocketConnectionFactory(Action<ClientWebSocketOptions> configure) : IConnectionFactory
{
    /// <inheritdoc/>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var uri = ((UriEndPoint)endpoint).Uri;
        var socket = new ClientWebSocket();
        try
        {
            configure(socket.Options);
            await socket.ConnectAsync(uri, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new WebSocketConnection(socket, (UriEndPoint)endpoint);
    }
}
