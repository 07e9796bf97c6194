using System.IO.Pipelines;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// One answer under way. Writes on the wheel's thread and flushes without waiting; while a flush is not through (a
/// slow reader), what falls due is held back and then written together. A reader that takes nothing pauses the stream, then ends it.
/// <para>Threads: commands come through the <see cref="StreamHandle"/>; all else belongs to the wheel's thread.</para>
/// </summary>
internal sealed class PacedStream : WheelItem
{
    /// <summary>Most bytes that are merged into one write; the rest follows when the reader has taken them.</summary>
    public const int MostMergedBytes = 64 * 1024;

    private const int TickUs = 1000;

    /// <summary>How long a reader may take nothing before the stream shows as paused.</summary>
    private const long StuckUs = 1_000_000;

    /// <summary>How long an ended stream waits for a flush under way, so that its error can still be told.</summary>
    private const long GraceUs = 250_000;

    private readonly StreamSchedule _schedule;
    private readonly EngineClock _clock;
    private readonly PacedOutput? _output;
    private readonly IChunkEncoder? _encoder;
    private readonly AdaptiveChunker? _chunker;
    private readonly StreamRecorder _recorder;
    private readonly long _receivedUs;
    private readonly long _timeoutUs;
    private readonly long _idleUs;
    private readonly TaskCompletionSource<StreamOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TokenTimes _times;
    private int _step;
    private long _shiftUs;
    private long _heldUs = -1;
    private long _endSeenUs = -1;
    private bool _started;

    /// <param name="content">What to tell.</param>
    /// <param name="schedule">When.</param>
    /// <param name="clock">The engine's clock.</param>
    /// <param name="handle">The stream in the manager's books: its limits, its state, its figures.</param>
    /// <param name="observer">Told of the first token and of progress.</param>
    /// <param name="output">Where to write, or null for an answer that is sent whole: then only the time is waited for.</param>
    /// <param name="encoder">The dialect; null without an output.</param>
    /// <param name="frame">The format; its keep-alive is written into silences. Null: none is.</param>
    /// <param name="chunker">Finds the chunks' size, or null for one chunk a step.</param>
    public PacedStream(
        IPacedContent content, StreamSchedule schedule, EngineClock clock, StreamHandle handle, IStreamObserver observer,
        PipeWriter? output, IChunkEncoder? encoder, StreamFrame? frame = null, AdaptiveChunker? chunker = null)
    {
        _schedule = schedule;
        _clock = clock;
        _encoder = encoder;
        _chunker = chunker;
        Handle = handle;
        _recorder = handle.Recorder;
        _receivedUs = handle.ReceivedUs;
        _timeoutUs = _receivedUs + Us(handle.Context.Timeout);
        _idleUs = Us(handle.Context.IdleTimeout);
        _output = output is null ? null : new PacedOutput(output, frame?.KeepAlive ?? default, handle.Context.KeepAlive, clock.NowUs);
        _times = new TokenTimes(content, schedule, output is not null, observer, handle.ProgressEveryUs);
        _recorder.Progress.Expect(content.OutputTokens);
    }

    public StreamHandle Handle { get; }

    /// <summary>Called on the wheel's thread when the whole answer has been written, before <see cref="Completion"/> completes. Must not block.</summary>
    public Action<StreamOutcome>? Ending { get; init; }

    /// <summary>Completes when the last byte was handed over, or the stream broke off. Never faults.</summary>
    public Task<StreamOutcome> Completion => _completion.Task;

    /// <summary>When to call it first.</summary>
    public long FirstDueUs => NextDueUs();

    protected internal override long OnDue(long nowUs)
    {
        try
        {
            return Advance();
        }
        catch (Exception)
        {
            // The output is gone or the encoder failed: this stream ends, the wheel goes on.
            Handle.Lifecycle.TryMove(StreamState.Failed);
            return Finish();
        }
    }

    private static long Us(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private long Advance()
    {
        var now = _clock.NowUs;
        if (_completion.Task.IsCompleted)
        {
            return Done;
        }

        if (Handle.Lifecycle.State.IsFinal())
        {
            return EndOrWait(now);
        }

        if (now >= _timeoutUs)
        {
            return End(StreamState.TimedOut);
        }

        if (_output is { IsStuck: true })
        {
            return WaitForReader(now, _output);
        }

        if (_output is { HasResult: true } && !GoOn(_output))
        {
            return End(StreamState.Cancelled, StreamCause.Client);
        }

        if (Handle.Lifecycle.IsHeld)
        {
            return Hold(now);
        }

        if (_heldUs >= 0)
        {
            _shiftUs += now - _heldUs;
            _recorder.Paused(now - _heldUs);
            _heldUs = -1;
        }

        if (now < StepDueUs())
        {
            KeepAlive(now);
            return NextDueUs();
        }

        return Tell(now) ? Finish() : NextDueUs();
    }

    /// <summary>When the next chunk is due: that of its last step where several go into one.</summary>
    private long StepDueUs()
    {
        var step = _chunker is null ? _step : Math.Min(_step + _chunker.Size, _schedule.Steps) - 1;
        return _receivedUs + _shiftUs + (_step < _schedule.Steps ? _schedule.DueUs(step) : _schedule.EndUs);
    }

    private long NextDueUs()
    {
        var due = Math.Min(_timeoutUs, StepDueUs());
        return _output is null ? due : Math.Min(due, _output.KeepAliveDueUs);
    }

    /// <summary>The reader has not taken what was written: look again soon, show it, and give up in the end.</summary>
    private long WaitForReader(long now, PacedOutput output)
    {
        var since = now - output.FlushedUs;
        if (since >= _idleUs)
        {
            return End(StreamState.TimedOut, StreamCause.Idle);
        }

        if (since >= StuckUs && Handle.Lifecycle.State == StreamState.Running)
        {
            Handle.Lifecycle.TryMove(StreamState.Paused, StreamCause.Client);
        }

        return Math.Min(Math.Min(_timeoutUs, output.FlushedUs + _idleUs), now + output.NextRetryUs());
    }

    /// <summary>The reader has taken what was written. False when it is gone.</summary>
    private bool GoOn(PacedOutput output)
    {
        if (Handle.Lifecycle.State == StreamState.Paused)
        {
            Handle.Lifecycle.TryMove(StreamState.Running, StreamCause.Client);
        }

        return output.TakeResult();
    }

    /// <summary>An administrator holds the stream: only the timeouts go on, and the connection is kept alive.</summary>
    private long Hold(long now)
    {
        _heldUs = _heldUs < 0 ? now : _heldUs;
        if (now - _heldUs >= _idleUs)
        {
            return End(StreamState.TimedOut, StreamCause.Idle);
        }

        KeepAlive(now);
        var due = Math.Min(_timeoutUs, _heldUs + _idleUs);
        return _output is null ? due : Math.Min(due, _output.KeepAliveDueUs);
    }

    private void KeepAlive(long now)
    {
        if (_output?.KeepAlive(now) is { } bytes and > 0)
        {
            _recorder.KeptAlive(bytes);
        }
    }

    /// <summary>Tells every step that is due. True when that was all, and the stream is completed.</summary>
    private bool Tell(long now)
    {
        var due = now - _receivedUs - _shiftUs;
        var from = _step;
        var chunks = _output is null ? Skip(due) : Write(_output, due);

        // Claimed before the end is written: who was cancelled meanwhile must not look complete.
        var bytes = _output?.Unflushed ?? 0;
        var ended = _step == _schedule.Steps && due >= _schedule.EndUs && Handle.Lifecycle.TryMove(StreamState.Completed);
        if (_output is not null && ended)
        {
            // Not flushed here: the end goes out together with the trailers, when the request completes.
            _encoder!.WriteEnd(_output.Writer);
            bytes = _output.Unflushed;
        }
        else
        {
            _output?.Flush(now);
        }

        if (_step > from)
        {
            _recorder.Lagged(due - _schedule.DueUs(from));
            var (told, nowUs) = (_times.Tokens, _clock.NowUs);
            _recorder.Merge(_times.Told(from, _step, nowUs - _receivedUs));
            _recorder.Wrote(chunks, _times.Tokens - told, bytes, nowUs);
        }

        return ended;
    }

    /// <summary>Passes over the steps that are due in an answer that is sent whole.</summary>
    private int Skip(long due)
    {
        while (_step < _schedule.Steps && _schedule.DueUs(_step) <= due)
        {
            _step++;
        }

        return 0;
    }

    /// <summary>Writes the steps that are due, as many as may go into one write; gives the chunks.</summary>
    private int Write(PacedOutput output, long due)
    {
        if (!_started)
        {
            _started = true;
            _encoder!.WriteStart(output.Writer);
        }

        var chunks = 0;
        while (_step < _schedule.Steps && _schedule.DueUs(_step) <= due && (chunks == 0 || output.Unflushed < MostMergedBytes))
        {
            if (_chunker is null)
            {
                _encoder!.WriteStep(output.Writer, _step++);
            }
            else
            {
                var to = ChunkEnd(due);
                _encoder!.WriteSteps(output.Writer, _step, to);
                _step = to;
            }

            chunks++;
        }

        return chunks;
    }

    /// <summary>Where the next chunk ends: the chunk's size, found by how late its own deadline is, but no step that is not due.</summary>
    private int ChunkEnd(long due)
    {
        _chunker!.Adjust((due - _schedule.DueUs(Math.Min(_step + _chunker.Size, _schedule.Steps) - 1)) / 1000.0);
        var to = Math.Min(_step + _chunker.Size, _schedule.Steps);
        while (to > _step + 1 && _schedule.DueUs(to - 1) > due)
        {
            to--;
        }

        return to;
    }

    private long End(StreamState state, StreamCause cause = StreamCause.None)
    {
        Handle.Lifecycle.TryMove(state, cause);
        return EndOrWait(_clock.NowUs);
    }

    /// <summary>The stream has ended. A flush under way gets a moment, so that the reason can still be told; one that stood still for long does not.</summary>
    private long EndOrWait(long now)
    {
        _endSeenUs = _endSeenUs < 0 ? now : _endSeenUs;
        return Handle.Lifecycle.Cause is StreamCause.Admin or StreamCause.None && _output is { IsStuck: true } && now - _endSeenUs < GraceUs
            ? Math.Min(_endSeenUs + GraceUs, now + TickUs)
            : Finish();
    }

    private long Finish()
    {
        if (_heldUs >= 0)
        {
            _recorder.Paused(_clock.NowUs - _heldUs);
        }

        var outcome = StreamOutcome.Of(Handle, _times, _started || _output is { Used: true }, _output is { IsStuck: true });
        try
        {
            if (outcome.End == StreamEnd.Completed)
            {
                Ending?.Invoke(outcome);
            }
        }
        finally
        {
            _completion.TrySetResult(outcome);
        }

        return Done;
    }
}
