using FakeAi.Contracts.Live;

namespace FakeAi.Dashboard.Live;

/// <summary>
/// The one copy of the live data in this process. The connection writes, every circuit reads the same immutable
/// <see cref="State"/>. Applying a message twice, or rows and seconds out of order, gives the same state.
/// </summary>
internal sealed class LiveStore(TimeProvider time, ILogger<LiveStore> logger)
{
    private readonly Lock _lock = new();
    private readonly HistoryWindow _history = new();
    private readonly RequestTable _requests = new();
    private readonly ErrorFeed _errors = new();
    private readonly List<LiveSubscription> _subscriptions = [];
    private LiveState _state = LiveState.Empty;

    /// <summary>What is known now.</summary>
    public LiveState State => Volatile.Read(ref _state);

    /// <summary>
    /// Calls back after changes of the given topics: never at the same time as itself, at most once per interval
    /// (100 ms or more; changes in between are merged), and never on the writer's way.
    /// </summary>
    /// <param name="topics">What to hear of.</param>
    /// <param name="interval">Least time between the starts of two calls.</param>
    /// <param name="callback">What to do; what it throws is logged.</param>
    /// <returns>Dispose it to end the calls.</returns>
    public IDisposable Subscribe(LiveTopics topics, TimeSpan interval, Func<Task> callback)
    {
        var subscription = new LiveSubscription(topics, interval, callback, time, logger, Remove);
        lock (_lock)
        {
            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    /// <summary>Takes in one push of the collector.</summary>
    public void Apply(LiveMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (_lock)
        {
            var version = _state.Version + 1;
            var (state, topics) = message switch
            {
                LiveWelcome welcome => (Replace(welcome, version), LiveTopics.All),
                LiveMetrics metrics => (Merge(metrics, version), LiveTopics.Metrics),
                LiveWaterfall waterfall => (Merge(waterfall, version), LiveTopics.Waterfall),
                LiveError error => (_state with { Errors = _errors.Add(error.Error) }, LiveTopics.Errors),
                LiveDropped dropped => (_state with { DroppedMessages = _state.DroppedMessages + dropped.Count }, LiveTopics.Connection),
                LiveReset => (Clear(), LiveTopics.All),
                _ => (_state, LiveTopics.None),
            };
            Publish(state with { Version = version, LastUpdate = time.GetUtcNow() }, topics);
        }
    }

    /// <summary>Takes in how the connection stands.</summary>
    public void SetConnection(LiveConnectionState connection)
    {
        lock (_lock)
        {
            if (_state.Connection != connection)
            {
                Publish(_state with { Connection = connection }, LiveTopics.Connection);
            }
        }
    }

    private LiveState Replace(LiveWelcome welcome, long version)
    {
        _history.Clear();
        _requests.Clear();
        _errors.Clear();
        return _state with
        {
            Epoch = _state.Epoch + 1,
            Metrics = welcome.Snapshot,
            History = _history.Merge(welcome.History, welcome.Snapshot.Timestamp, version),
            Requests = _requests.Merge([.. welcome.Waterfall.Requests, .. welcome.Waterfall.ActiveRequests], version),
            Errors = _errors.AddRange(welcome.Errors),
        };
    }

    private LiveState Merge(LiveMetrics metrics, long version)
    {
        var known = _state.Metrics;
        var told = metrics.Snapshot.Timestamp;
        return _state with
        {
            Metrics = known is not null && Straggler.Is(told, known.Timestamp) ? known : metrics.Snapshot,
            History = _history.Merge(metrics.Points, told, version),
        };
    }

    private LiveState Merge(LiveWaterfall waterfall, long version) =>
        _state with { Requests = _requests.Merge(waterfall.Rows, version) };

    private LiveState Clear()
    {
        _history.Clear();
        _requests.Clear();
        _errors.Clear();
        return _state with { Epoch = _state.Epoch + 1, Metrics = null, History = [], Requests = [], Errors = [] };
    }

    private void Publish(LiveState state, LiveTopics topics)
    {
        Volatile.Write(ref _state, state);
        foreach (var subscription in _subscriptions)
        {
            subscription.Notify(topics);
        }
    }

    private void Remove(LiveSubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
        }
    }
}
