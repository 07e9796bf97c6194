using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;

namespace FakeAi.Engine.Realtime;

/// <summary>
/// A session on its socket. The client's events are taken as they come, the wheel calls when something is due, and a bounded
/// queue parts both from the sending. Responses wait for a client that reads slowly; one that asks on without reading is
/// disconnected.
/// <para>Threads: the receiver and the wheel's thread share the session under one lock, never while waiting.</para>
/// </summary>
internal sealed class RealtimeConnection : WheelItem
{
    /// <summary>Events that may wait to be sent.</summary>
    public const int MostWaiting = 1_024;

    /// <summary>Responses stand still while more than this wait: the rest is room for answers to the client's own events.</summary>
    private const int MostWaitingOfResponses = MostWaiting / 2;

    /// <summary>Steps told in one call of the wheel, so that a session without waits does not hold up the others.</summary>
    private const int MostSteps = 32;

    private const int RetryUs = 4_000;

    private const int FirstBuffer = 16 * 1024;
    private const long ProgressEveryUs = 250_000;

    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly StreamHandle _handle;
    private readonly StreamManager _manager;
    private readonly StreamEvents _journal;
    private readonly TimeProvider _time;
    private readonly RealtimeLimits _limits;
    private readonly RealtimeSession _session;
    private readonly Lock _gate = new();
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly TaskCompletionSource<WebSocketCloseStatus> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionTokens _tokens;
    private long _activeUs;
    private long _heldUs = -1;
    private long _stuckUs = -1;

    /// <param name="socket">The accepted socket.</param>
    /// <param name="handle">The session in the manager's books.</param>
    /// <param name="manager">The books, and the wheel.</param>
    /// <param name="journal">Is told how it gets on.</param>
    /// <param name="time">For the time-outs of closing.</param>
    /// <param name="limits">How long and how much.</param>
    /// <param name="open">Makes the session, given where its events go, and what to call when a response's place is decided.</param>
    public RealtimeConnection(
        WebSocket socket, StreamHandle handle, StreamManager manager, StreamEvents journal, TimeProvider time, RealtimeLimits limits,
        Func<Action<ReadOnlyMemory<byte>>, Action, RealtimeSession> open)
    {
        _socket = socket;
        _handle = handle;
        _manager = manager;
        _journal = journal;
        _time = time;
        _limits = limits;
        _tokens = new SessionTokens(handle, journal, ProgressEveryUs);
        _activeUs = manager.NowUs;
        _session = open(Enqueue, () => _manager.Schedule(this, 0));
    }

    /// <summary>Whether the client was disconnected because it did not read.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Tokens read by all responses.</summary>
    public int InputTokens => _session.InputTokens;

    /// <summary>Runs the session to its end.</summary>
    public async Task<StreamOutcome> RunAsync(CancellationToken aborted)
    {
        _handle.Lifecycle.TryMove(StreamState.Running);
        _journal.Started(_handle.Context);
        await using (_manager.Watch(_handle, this, aborted))
        {
            _manager.Wake(_handle);
            var receiving = ReceiveAsync();
            var sending = SendAsync();
            await Task.WhenAny(receiving, sending, _end.Task);

            // A client that closed has finished; one whose connection broke has left. Whatever else ended it is noted already.
            if (receiving.IsCompletedSuccessfully && await receiving)
            {
                _handle.Lifecycle.TryMove(StreamState.Completed);
            }
            else if (!_end.Task.IsCompleted)
            {
                _handle.TryCancel(StreamCause.Client);
            }

            await CloseAsync(receiving, sending);
        }

        // Nothing of it is on the wheel for long: the next call is its last.
        _manager.Schedule(this, 0);
        return _tokens.Outcome();
    }

    protected internal override long OnDue(long nowUs)
    {
        lock (_gate)
        {
            var state = _handle.Lifecycle.State;
            if (state.IsFinal())
            {
                _end.TrySetResult(WebSocketCloseStatus.NormalClosure);
                return Done;
            }

            if (_handle.Lifecycle.IsHeld)
            {
                _heldUs = _heldUs < 0 ? nowUs : _heldUs;
            }
            else
            {
                Resume(nowUs);
                if (_outgoing.Reader.Count < MostWaitingOfResponses)
                {
                    _stuckUs = -1;
                    _tokens.Told(_session.Advance(nowUs, MostSteps), nowUs);
                }
                else if (_stuckUs < 0)
                {
                    _stuckUs = nowUs;
                }
            }

            return !CheckLimits(nowUs) ? Done : _stuckUs >= 0 ? nowUs + RetryUs : NextUs();
        }
    }

    private void Resume(long nowUs)
    {
        if (_heldUs >= 0)
        {
            _session.Shift(nowUs - _heldUs);
            _handle.Recorder.Paused(nowUs - _heldUs);
            _heldUs = -1;
        }
    }

    /// <summary>Ends the session when its time is over.</summary>
    private bool CheckLimits(long nowUs)
    {
        var expired = nowUs >= _handle.ReceivedUs + _limits.LongestUs;
        var stuck = _stuckUs >= 0 && nowUs >= _stuckUs + (_handle.Context.IdleTimeout.Ticks / TimeSpan.TicksPerMicrosecond);
        if (!expired && !stuck && nowUs < _activeUs + _limits.IdleUs)
        {
            return true;
        }

        if (_handle.Lifecycle.TryMove(StreamState.TimedOut, expired ? StreamCause.None : StreamCause.Idle))
        {
            _session.Expire(idle: !expired);
        }

        _end.TrySetResult(WebSocketCloseStatus.NormalClosure);
        return false;
    }

    private long NextUs() => Math.Min(
        _heldUs >= 0 ? long.MaxValue : _session.DueUs, Math.Min(_handle.ReceivedUs + _limits.LongestUs, _activeUs + _limits.IdleUs));

    private void Enqueue(ReadOnlyMemory<byte> text)
    {
        if (!_outgoing.Writer.TryWrite(text) && !_end.Task.IsCompleted)
        {
            Overflowed = true;
            _handle.Lifecycle.TryMove(StreamState.TimedOut, StreamCause.Idle);
            _end.TrySetResult(WebSocketCloseStatus.PolicyViolation);
        }
    }

    /// <summary>Takes the client's events until it closes.</summary>
    /// <returns>Whether it closed; false when the connection broke.</returns>
    private async Task<bool> ReceiveAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var length = 0;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    // 1001 is what a gateway says whose client was lost.
                    return _socket.CloseStatus != WebSocketCloseStatus.EndpointUnavailable;
                }

                length += received.Count;
                if (received.EndOfMessage)
                {
                    Take(buffer.AsMemory(0, length));
                    length = 0;
                }
                else if (length >= _limits.MostEventBytes)
                {
                    _handle.Lifecycle.TryMove(StreamState.Failed);
                    _end.TrySetResult(WebSocketCloseStatus.MessageTooBig);
                    return false;
                }
                else if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Take(ReadOnlyMemory<byte> text)
    {
        long next;
        lock (_gate)
        {
            if (_handle.Lifecycle.State.IsFinal())
            {
                return;
            }

            _activeUs = _manager.NowUs;
            _session.Receive(text, _activeUs);
            next = NextUs();
        }

        _manager.Schedule(this, next);
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var text in _outgoing.Reader.ReadAllAsync())
            {
                await _socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is gone; the receiver hears of it, too.
        }
    }

    /// <summary>Sends what is left, says how it ended, and gives the client its time to answer.</summary>
    private async Task CloseAsync(Task receiving, Task sending)
    {
        RealtimeClose close;
        lock (_gate)
        {
            _outgoing.Writer.TryComplete();
            _session.Dispose();
            close = new RealtimeClose(_session.InputTokens, _session.OutputTokens, StreamEvents.Word(StreamOutcome.EndOf(_handle.Lifecycle.State)));
        }

        using var limit = new CancellationTokenSource(s_closeTimeout, _time);
        try
        {
            await sending.WaitAsync(limit.Token);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                var status = _end.Task.IsCompleted ? await _end.Task : WebSocketCloseStatus.NormalClosure;
                await _socket.CloseOutputAsync(status, close.ToDescription(), limit.Token);
            }

            await receiving.WaitAsync(limit.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It does not answer.
        }

        _socket.Abort();
        await Task.WhenAll(receiving, sending);
    }
}
