namespace FakeAi.Engine.Streaming;

/// <summary>Drives the <see cref="ClockWheel"/>: its own thread, which sleeps until the next deadline.</summary>
internal sealed partial class WheelThread(ClockWheel wheel, EngineClock clock, ILogger<WheelThread> logger) : IHostedService, IDisposable
{
    private const int IdleUs = 1_000_000;

    private readonly WheelSleep _sleep = WheelSleep.Create();
    private Thread? _thread;
    private Action? _ticked;
    private long _sleepsUntil = long.MaxValue;
    private volatile bool _stopping;
    private int _disposed;

    /// <summary>Whether the caller runs on the wheel's thread, so that what <see cref="AfterEachTick"/> took is still to come.</summary>
    public bool IsCurrent => ReferenceEquals(Thread.CurrentThread, _thread);

    /// <summary>Has something called on the wheel's thread whenever all that was due has been called. It must not block. Before the start only.</summary>
    public void AfterEachTick(Action action) => _ticked += action;

    /// <summary>Gives an item a deadline; wakes the thread if it would sleep too long.</summary>
    public void Schedule(WheelItem item, long dueUs)
    {
        wheel.Schedule(item, dueUs);
        if (dueUs < Interlocked.Read(ref _sleepsUntil))
        {
            _sleep.Wake();
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
        _sleep.Wake();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        // The container knows it twice, as itself and as a hosted service.
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _stopping = true;
            _sleep.Wake();
            _thread?.Join(TimeSpan.FromSeconds(1));
            _sleep.Dispose();
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                var next = wheel.Tick(clock.NowUs);
                _ticked?.Invoke();
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
            _sleep.Wait(IdleUs);
            return;
        }

        var us = untilUs - clock.NowUs;
        if (us > 0)
        {
            _sleep.Wait(Math.Min(IdleUs, us));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 201, EventName = "WheelTickFailed", Level = LogLevel.Error, Message = "A tick of the clock wheel failed.")]
        public static partial void TickFailed(ILogger logger, Exception exception);
    }
}
