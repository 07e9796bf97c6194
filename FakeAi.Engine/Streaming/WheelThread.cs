namespace FakeAi.Engine.Streaming;

/// <summary>Drives the <see cref="ClockWheel"/>: its own thread, which sleeps until the next deadline.</summary>
internal sealed partial class WheelThread(ClockWheel wheel, EngineClock clock, ILogger<WheelThread> logger) : IHostedService, IDisposable
{
    private const int IdleMs = 1000;

    private readonly AutoResetEvent _wake = new(initialState: false);
    private Thread? _thread;
    private long _sleepsUntil = long.MaxValue;
    private volatile bool _stopping;
    private int _disposed;

    /// <summary>Gives an item a deadline; wakes the thread if it would sleep too long.</summary>
    public void Schedule(WheelItem item, long dueUs)
    {
        wheel.Schedule(item, dueUs);
        if (dueUs < Interlocked.Read(ref _sleepsUntil))
        {
            _wake.Set();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "clock wheel", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _wake.Set();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        // The container knows it twice, as itself and as a hosted service.
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _stopping = true;
            _wake.Set();
            _thread?.Join(TimeSpan.FromSeconds(1));
            _wake.Dispose();
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                var next = wheel.Tick(clock.NowUs);
                Interlocked.Exchange(ref _sleepsUntil, next);
                if (!wheel.HasNews)
                {
                    Sleep(next);
                }

                Interlocked.Exchange(ref _sleepsUntil, 0);
            }
            catch (Exception exception)
            {
                // The wheel serves every stream: one that fails must not end it.
                Log.TickFailed(logger, exception);
            }
        }
    }

    private void Sleep(long untilUs)
    {
        if (untilUs == WheelItem.Done)
        {
            _wake.WaitOne(IdleMs);
            return;
        }

        var us = untilUs - clock.NowUs;
        if (us > 0)
        {
            _wake.WaitOne((int)Math.Min(IdleMs, (us + 999) / 1000));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 201, EventName = "WheelTickFailed", Level = LogLevel.Error, Message = "A tick of the clock wheel failed.")]
        public static partial void TickFailed(ILogger logger, Exception exception);
    }
}
