using System.IO.Pipelines;
using FakeAi.Engine.Latency;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// One answer under way. Writes on the wheel's thread and flushes without waiting; while a flush is not through (a
/// slow reader), what falls due is held back and then written together.
/// <para>Threads: <see cref="Cancel"/> may come from anywhere; all else belongs to the wheel's thread.</para>
/// </summary>
internal sealed class PacedStream : WheelItem
{
    private const int TickUs = 1000;
    private const long ProgressEveryUs = 250_000;
    private const int LongestRetryUs = 16_000;

    private readonly IPacedContent _content;
    private readonly StreamSchedule _schedule;
    private readonly EngineClock _clock;
    private readonly IStreamObserver _observer;
    private readonly PipeWriter? _output;
    private readonly IChunkEncoder? _encoder;
    private readonly long _receivedUs;
    private readonly long _timeoutUs;
    private readonly TaskCompletionSource<StreamOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _deltas;
    private ValueTask<FlushResult> _flush;
    private bool _flushing;
    private int _retryUs = TickUs;
    private int _step;
    private int _tokens;
    private long? _firstUs;
    private long _lastUs;
    private long _progressUs;
    private long _maxLagUs;
    private int _merged;
    private bool _started;
    private volatile bool _cancelled;

    /// <param name="content">What to tell.</param>
    /// <param name="schedule">When.</param>
    /// <param name="clock">The engine's clock.</param>
    /// <param name="receivedUs">When the request was received, by that clock.</param>
    /// <param name="timeout">Longest duration, from then.</param>
    /// <param name="observer">Told of the first token and of progress.</param>
    /// <param name="output">Where to write, or null for an answer that is sent whole: then only the time is waited for.</param>
    /// <param name="encoder">The dialect; null without an output.</param>
    public PacedStream(
        IPacedContent content, StreamSchedule schedule, EngineClock clock, long receivedUs, TimeSpan timeout,
        IStreamObserver observer, PipeWriter? output, IChunkEncoder? encoder)
    {
        _content = content;
        _schedule = schedule;
        _clock = clock;
        _receivedUs = receivedUs;
        _timeoutUs = receivedUs + (timeout.Ticks / TimeSpan.TicksPerMicrosecond);
        _observer = observer;
        _output = output;
        _encoder = encoder;
        _deltas = output is null ? [] : new int[Math.Max(0, content.OutputTokens - 1)];
    }

    /// <summary>Completes when the last byte was handed over, or the stream broke off. Never faults.</summary>
    public Task<StreamOutcome> Completion => _completion.Task;

    /// <summary>When to call it first.</summary>
    public long FirstDueUs => NextDueUs();

    /// <summary>Asks it to stop; it does so when the wheel calls it next.</summary>
    public void Cancel() => _cancelled = true;

    protected internal override long OnDue(long nowUs)
    {
        try
        {
            return Advance();
        }
        catch (Exception)
        {
            // The output is gone or the encoder failed: this stream ends, the wheel goes on.
            return Finish(_cancelled ? StreamEnd.Cancelled : StreamEnd.Failed);
        }
    }

    private long Advance()
    {
        var now = _clock.NowUs;
        if (_completion.Task.IsCompleted)
        {
            return Done;
        }

        if (_cancelled)
        {
            return Finish(StreamEnd.Cancelled);
        }

        if (now >= _timeoutUs)
        {
            return Finish(StreamEnd.TimedOut);
        }

        if (_flushing)
        {
            if (!_flush.IsCompleted)
            {
                var retry = _retryUs;
                _retryUs = Math.Min(LongestRetryUs, retry * 2);
                return Math.Min(_timeoutUs, now + retry);
            }

            _flushing = false;
            _retryUs = TickUs;
            var result = _flush.GetAwaiter().GetResult();
            if (result.IsCompleted || result.IsCanceled)
            {
                return Finish(StreamEnd.Cancelled);
            }
        }

        if (now < NextDueUs())
        {
            return NextDueUs();
        }

        Tell(now);
        return _step == _schedule.Steps && now >= _receivedUs + _schedule.EndUs ? Finish(StreamEnd.Completed) : NextDueUs();
    }

    private long NextDueUs() =>
        Math.Min(_timeoutUs, _receivedUs + (_step < _schedule.Steps ? _schedule.DueUs(_step) : _schedule.EndUs));

    /// <summary>Tells every step that is due.</summary>
    private void Tell(long now)
    {
        var due = now - _receivedUs;
        var from = _step;
        while (_step < _schedule.Steps && _schedule.DueUs(_step) <= due)
        {
            _step++;
        }

        var last = _step == _schedule.Steps;
        if (_output is not null)
        {
            Write(from, last);
        }

        if (_step > from)
        {
            _maxLagUs = Math.Max(_maxLagUs, due - _schedule.DueUs(from));
            Account(from);
        }
    }

    private void Write(int from, bool last)
    {
        if (!_started)
        {
            _started = true;
            _encoder!.WriteStart(_output!);
        }

        for (var step = from; step < _step; step++)
        {
            _encoder!.WriteStep(_output!, step);
        }

        if (last)
        {
            // Not flushed here: the end goes out together with the trailers, when the request completes.
            _encoder!.WriteEnd(_output!);
            return;
        }

        // Kept rather than awaited, and taken up exactly once, when the stream is due next.
#pragma warning disable CA2012
        _flush = _output!.FlushAsync(CancellationToken.None);
#pragma warning restore CA2012
        _flushing = true;
    }

    private void Account(int from)
    {
        var at = _clock.NowUs - _receivedUs;
        var lastTick = _schedule.DueUs(_step - 1) / TickUs;
        for (var step = from; step < _step; step++)
        {
            var tokens = _content.TokensIn(step);
            if (_output is null)
            {
                _tokens += tokens;
                continue;
            }

            _merged += _schedule.DueUs(step) / TickUs < lastTick ? 1 : 0;
            for (var i = 0; i < tokens; i++, _tokens++)
            {
                if (_firstUs is null)
                {
                    _firstUs = at;
                    _observer.FirstToken(at);
                }
                else
                {
                    _deltas[_tokens - 1] = (int)Math.Min(int.MaxValue, at - _lastUs);
                }

                _lastUs = at;
            }
        }

        _lastUs = at;
        if (_step < _schedule.Steps && at - _progressUs >= ProgressEveryUs)
        {
            _progressUs = at;
            _observer.Progress(_tokens, at);
        }
    }

    private long Finish(StreamEnd end)
    {
        var deltas = _tokens > 1 && _output is not null ? _deltas.AsSpan(0, _tokens - 1).ToArray() : [];
        _completion.TrySetResult(new StreamOutcome(
            end, _tokens, _firstUs, _tokens > 0 ? _lastUs : null, deltas, _maxLagUs, _merged, _started));
        return Done;
    }
}
