using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Dashboard.Live;

/// <summary>A WebSocket as the pair of pipes that SignalR reads and writes. Text frames, as its JSON protocol wants.</summary>
internal sealed class WebSocketConnection : ConnectionContext
{
    private const int ReadSize = 16 * 1024;
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly Pipe _incoming = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _outgoing = new(new PipeOptions(useSynchronizationContext: false));
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _receiving;
    private readonly Task _sending;

    public WebSocketConnection(WebSocket socket, UriEndPoint endpoint)
    {
        _socket = socket;
        RemoteEndPoint = endpoint;
        Transport = new DuplexPipe(_incoming.Reader, _outgoing.Writer);
        _receiving = ReceiveAsync();
        _sending = SendAsync();
    }

    /// <inheritdoc/>
    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => _closed.Cancel();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // The writer's end lets the send loop flush and say goodbye; only then are the loops broken off.
        await Transport.Output.CompleteAsync();
        await _sending.WaitAsync(s_closeTimeout, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _closed.CancelAsync();
        await Task.WhenAll(_sending, _receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Transport.Input.CompleteAsync();
        _socket.Dispose();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(_incoming.Writer.GetMemory(ReadSize), _closed.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                _incoming.Writer.Advance(received.Count);
                if ((await _incoming.Writer.FlushAsync(_closed.Token)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            error = exception;
        }
        catch (OperationCanceledException)
        {
            // Disposed or aborted: an ordinary end.
        }

        await _incoming.Writer.CompleteAsync(error);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var read = await _outgoing.Reader.ReadAsync(_closed.Token);
                foreach (var segment in read.Buffer)
                {
                    await _socket.SendAsync(segment, WebSocketMessageType.Text, endOfMessage: true, _closed.Token);
                }

                _outgoing.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _closed.Token);
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The receive loop tells SignalR how the connection ended.
        }

        await _outgoing.Reader.CompleteAsync();
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
