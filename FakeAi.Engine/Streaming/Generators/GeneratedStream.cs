using System.IO.Pipelines;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Streaming.Generators;

/// <summary>
/// Tells what a generator makes: pulls a chunk, waits until it is due, writes it in the format, and waits for the client to
/// take it before the next is pulled. Never more than two chunks are held.
/// <para>Threads: the wheel only wakes it; all else is one asynchronous flow.</para>
/// </summary>
internal sealed class GeneratedStream : WheelItem
{
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(250);

    private readonly StreamHandle _handle;
    private readonly StreamManager _manager;
    private readonly TimeProvider _time;
    private readonly IStreamFormatter _formatter;
    private readonly PipeWriter _output;
    private readonly ReadOnlyMemory<byte> _keepAlive;
    private readonly long _timeoutUs;
    private readonly long _idleUs;
    private readonly long _keepAliveUs;
    private TaskCompletionSource? _woken;
    private long _writtenUs;
    private long _shiftUs;
    private int _sequence;

    public GeneratedStream(StreamHandle handle, StreamManager manager, TimeProvider time, IStreamFormatter formatter, PipeWriter output)
    {
        _handle = handle;
        _manager = manager;
        _time = time;
        _formatter = formatter;
        _output = output;
        _timeoutUs = handle.ReceivedUs + Us(handle.Context.Timeout);
        _idleUs = Us(handle.Context.IdleTimeout);
        _keepAlive = formatter.Frame?.KeepAlive ?? default;
        _keepAliveUs = _keepAlive.IsEmpty || handle.Context.KeepAlive == TimeSpan.Zero ? long.MaxValue : Us(handle.Context.KeepAlive);
        _writtenUs = manager.NowUs;
    }

    /// <summary>Whether anything was written.</summary>
    public bool Started { get; private set; }

    /// <summary>Told of each chunk's tokens when it was flushed, at microseconds after the request's receipt.</summary>
    public Action<int, long>? Told { get; init; }

    /// <summary>Tells all chunks and the done form.</summary>
    /// <exception cref="StreamTimeoutException">It took too long in all, or stood still too long.</exception>
    /// <exception cref="StreamCancelledException">It was cancelled.</exception>
    /// <exception cref="StreamGenerationException">The generator failed.</exception>
    public async Task RunAsync(IAsyncEnumerable<StreamChunk> chunks, TokenPacer pacer)
    {
        var enumerator = chunks.GetAsyncEnumerator(_handle.Stopping);
        Task<bool>? pending = null;
        try
        {
            pending = MoveAsync(enumerator);
            var more = await WithinIdleAsync(pending);
            _handle.Lifecycle.TryMove(StreamState.Running);
            while (more)
            {
                var chunk = enumerator.Current;
                pending = MoveAsync(enumerator);
                var last = chunk.IsLast || (pending.IsCompletedSuccessfully && !await pending);
                chunk = chunk with { Id = $"{_handle.Context.Id}-{_sequence}", Sequence = _sequence, IsFirst = _sequence == 0, IsLast = last };
                _sequence++;
                await WaitUntilAsync(pacer.Next(chunk));
                await WriteAsync(chunk);
                more = await WithinIdleAsync(pending);
            }

            ThrowIfEnded();
            if (!_handle.Lifecycle.TryMove(StreamState.Completed))
            {
                throw new StreamCancelledException(_handle.Context.Id);
            }

            // Not flushed here: the end goes out together with the trailers.
            _formatter.FormatDone(_output);
        }
        finally
        {
            // Whatever deadline the wheel still has for it falls due at once, and is the last.
            _manager.Schedule(this, 0);
            await LeaveAsync(enumerator, pending);
        }
    }

    protected internal override long OnDue(long nowUs)
    {
        Interlocked.Exchange(ref _woken, null)?.TrySetResult();
        return Done;
    }

    private static long Us(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private async Task<bool> MoveAsync(IAsyncEnumerator<StreamChunk> enumerator)
    {
        try
        {
            return await enumerator.MoveNextAsync();
        }
        catch (Exception exception) when (exception is not StreamException && !_handle.Stopping.IsCancellationRequested)
        {
            throw new StreamGenerationException(_handle.Context.Id, StreamError.Failed, exception);
        }
    }

    /// <summary>A generator that does not hear of the end is left to itself: it cannot be disposed while it works.</summary>
    private static async ValueTask LeaveAsync(IAsyncEnumerator<StreamChunk> enumerator, Task<bool>? pending)
    {
        if (pending is null or { IsCompleted: true })
        {
            _ = pending?.Exception;
            await enumerator.DisposeAsync();
            return;
        }

        _ = pending.ContinueWith(
            async (task, state) =>
            {
                _ = task.Exception;
                await ((IAsyncEnumerator<StreamChunk>)state!).DisposeAsync();
            },
            enumerator, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits for the generator, for no longer than a stream may stand still.</summary>
    private async Task<bool> WithinIdleAsync(Task<bool> pending)
    {
        var since = _manager.NowUs;
        while (!pending.IsCompleted)
        {
            ThrowIfEnded();
            var limit = Math.Min(_timeoutUs, since + _idleUs);
            await Task.WhenAny(pending, WakeAtAsync(limit));
            if (!pending.IsCompleted && _manager.NowUs >= limit)
            {
                throw TimedOut(limit < _timeoutUs);
            }
        }

        return await pending;
    }

    /// <summary>Waits for a chunk's time, and through pauses; keeps the connection alive meanwhile.</summary>
    private async Task WaitUntilAsync(long dueUs)
    {
        var heldUs = -1L;
        while (true)
        {
            ThrowIfEnded();
            var now = _manager.NowUs;
            long next;
            if (_handle.Lifecycle.IsHeld)
            {
                heldUs = heldUs < 0 ? now : heldUs;
                next = heldUs + _idleUs;
                if (now >= next)
                {
                    throw TimedOut(idle: true);
                }
            }
            else
            {
                if (heldUs >= 0)
                {
                    _shiftUs += now - heldUs;
                    _handle.Recorder.Paused(now - heldUs);
                    heldUs = -1;
                }

                next = _handle.ReceivedUs + _shiftUs + dueUs;
                if (now >= next)
                {
                    _handle.Recorder.Lagged(now - next);
                    return;
                }
            }

            if (_keepAliveUs != long.MaxValue)
            {
                if (now - _writtenUs >= _keepAliveUs)
                {
                    _keepAlive.Span.CopyTo(_output.GetSpan(_keepAlive.Length));
                    _output.Advance(_keepAlive.Length);
                    _handle.Recorder.KeptAlive(_keepAlive.Length);
                    await FlushAsync();
                }

                next = Math.Min(next, _writtenUs + _keepAliveUs);
            }

            await WakeAtAsync(Math.Min(next, _timeoutUs));
        }
    }

    private async Task WriteAsync(StreamChunk chunk)
    {
        _formatter.Format(chunk, _output);
        var bytes = _output.CanGetUnflushedBytes ? _output.UnflushedBytes : chunk.Data.Length;
        await FlushAsync();
        var now = _manager.NowUs;
        _handle.Recorder.Wrote(1, chunk.TokenCount, bytes, now);
        Told?.Invoke(chunk.TokenCount, now - _handle.ReceivedUs);
    }

    /// <summary>Hands over to the client, for no longer than it may read nothing.</summary>
    private async Task FlushAsync()
    {
        Started = true;
        var now = _manager.NowUs;
        var pending = _output.FlushAsync(CancellationToken.None);
        if (!pending.IsCompleted)
        {
            var left = Math.Max(1, Math.Min(_idleUs, _timeoutUs - now));
            using var limit = new CancellationTokenSource(TimeSpan.FromMicroseconds(left), _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _handle.Stopping);
            var flush = pending.AsTask();
            try
            {
                Check(await flush.WaitAsync(both.Token));
            }
            catch (OperationCanceledException)
            {
                // A moment more, so that the reason can still be told.
                await Task.WhenAny(flush, Task.Delay(s_grace, _time));
                Stuck = !flush.IsCompletedSuccessfully;
                ThrowIfEnded();
                throw TimedOut(left == _idleUs);
            }
        }
        else
        {
            Check(await pending);
        }

        _writtenUs = _manager.NowUs;
    }

    /// <summary>Whether the client had not taken what was written before: nothing more can be told then.</summary>
    public bool Stuck { get; private set; }

    private void Check(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            _handle.TryCancel(StreamCause.Client);
            throw new StreamCancelledException(_handle.Context.Id);
        }
    }

    /// <summary>A task that ends at a time, or when a command comes before.</summary>
    private Task WakeAtAsync(long dueUs)
    {
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _woken, woken);
        if (_handle.Lifecycle.State.IsFinal())
        {
            return Task.CompletedTask;
        }

        _manager.Schedule(this, dueUs);
        return woken.Task;
    }

    private void ThrowIfEnded()
    {
        if (_handle.Lifecycle.State == StreamState.Cancelled)
        {
            throw new StreamCancelledException(_handle.Context.Id);
        }

        if (_manager.NowUs >= _timeoutUs)
        {
            throw TimedOut(idle: false);
        }
    }

    private StreamTimeoutException TimedOut(bool idle)
    {
        _handle.Lifecycle.TryMove(StreamState.TimedOut, idle ? StreamCause.Idle : StreamCause.None);
        return new StreamTimeoutException(_handle.Context.Id, idle ? StreamError.IdleTimeout : StreamError.TotalTimeout);
    }
}
