namespace FakeAi.Dashboard.Live;

/// <summary>
/// One page's wish to hear of changes. Notifications between two calls are merged into one; a call that takes long
/// delays the next one, so that a slow browser gets fewer updates instead of a queue of them.
/// </summary>
internal sealed partial class LiveSubscription : IDisposable
{
    private static readonly TimeSpan s_leastInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly LiveTopics _topics;
    private readonly TimeSpan _interval;
    private readonly Func<Task> _callback;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<LiveSubscription> _removed;
    private readonly ITimer _timer;
    private long? _lastCall;
    private bool _pending;
    private bool _running;
    private bool _scheduled;
    private bool _disposed;

    public LiveSubscription(
        LiveTopics topics, TimeSpan interval, Func<Task> callback, TimeProvider time, ILogger logger, Action<LiveSubscription> removed)
    {
        _topics = topics;
        _interval = interval < s_leastInterval ? s_leastInterval : interval;
        _callback = callback;
        _time = time;
        _logger = logger;
        _removed = removed;
        _timer = time.CreateTimer(static state => ((LiveSubscription)state!).Call(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tells that something of these topics changed. Returns at once and never throws.</summary>
    public void Notify(LiveTopics topics)
    {
        lock (_lock)
        {
            if ((topics & _topics) == LiveTopics.None || _disposed)
            {
                return;
            }

            _pending = true;
            Schedule();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _timer.Dispose();
        _removed(this);
    }

    private void Schedule()
    {
        if (!_pending || _running || _scheduled || _disposed)
        {
            return;
        }

        _scheduled = true;
        var since = _lastCall is { } last ? _time.GetElapsedTime(last) : _interval;
        _timer.Change(since >= _interval ? TimeSpan.Zero : _interval - since, Timeout.InfiniteTimeSpan);
    }

    // Called by the timer alone, thus never on the writer's thread.
    private async void Call()
    {
        lock (_lock)
        {
            _scheduled = false;
            if (_disposed)
            {
                return;
            }

            _pending = false;
            _running = true;
            _lastCall = _time.GetTimestamp();
        }

        try
        {
            await _callback();
        }
        catch (Exception exception)
        {
            Log.CallbackFailed(_logger, exception);
        }

        lock (_lock)
        {
            _running = false;
            Schedule();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A page could not take in an update.")]
        public static partial void CallbackFailed(ILogger logger, Exception exception);
    }
}
