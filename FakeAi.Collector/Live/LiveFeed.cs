using System.Text.Json;
using FakeAi.Collector.Errors;
using FakeAi.Collector.Metrics;
using FakeAi.Collector.State;
using FakeAi.Collector.Waterfall;
using FakeAi.Contracts;
using FakeAi.Contracts.Live;
using FakeAi.Contracts.Queries;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Live;

/// <summary>While anybody watches: tells errors as they come, and every 250 ms what else has changed.</summary>
internal sealed partial class LiveFeed(
    StateReplica replica, MetricsStore metrics, WaterfallStore waterfall, ErrorStore errors, SnapshotBuilder builder,
    LiveTail tail, LiveSubscribers subscribers, TimeProvider time, ILogger<LiveFeed> logger) : BackgroundService
{
    private const int TickMs = 50;
    private const int TicksPerUpdate = 5;
    private const int WelcomeRows = 1_000;
    private const int WelcomeErrors = 100;

    // Both under the replica's lock, together with the changes that they tell of.
    private bool _watched;
    private long _resets;

    private byte[] _lastSnapshot = [];

    /// <summary>The whole state now, for a client that is registered already.</summary>
    public async ValueTask<LiveWelcome> WelcomeAsync(CancellationToken cancellationToken)
    {
        await tail.StartAsync(cancellationToken);
        await replica.SyncAsync(cancellationToken);
        lock (replica.Lock)
        {
            if (!_watched)
            {
                _watched = true;
                ForgetChanges();
            }

            return Welcome();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(TickMs), time);
        var failing = false;
        for (var tick = 0; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            try
            {
                if (!IsWatched())
                {
                    await tail.StopIfUnwatchedAsync(stoppingToken);
                    continue;
                }

                foreach (var error in await tail.ReadAsync(stoppingToken))
                {
                    subscribers.Push(new LivePayload(new LiveError(error)));
                }

                if (tick % TicksPerUpdate == 0)
                {
                    await UpdateAsync(stoppingToken);
                }

                failing = false;
            }
            catch (EventLogUnavailableException e)
            {
                if (!failing)
                {
                    failing = true;
                    Log.Unavailable(logger, e.Message);
                }
            }
        }
    }

    private async ValueTask UpdateAsync(CancellationToken cancellationToken)
    {
        await replica.SyncAsync(cancellationToken);
        LiveWelcome? fresh = null;
        MetricsSnapshot snapshot;
        IReadOnlyList<MetricsPoint> points;
        IReadOnlyList<WaterfallRow> rows;
        lock (replica.Lock)
        {
            if (replica.Resets != _resets)
            {
                ForgetChanges();
                fresh = Welcome();
            }

            rows = waterfall.TakeChanged();
            snapshot = builder.Build(SnapshotBuilder.DefaultWindow);
            points = [.. metrics.TakeChangedSeconds().SelectMany(s => metrics.Between(Resolution.Second, s, s)).Select(b => b.Bucket.ToPoint(b.Start))];
        }

        if (fresh is not null)
        {
            subscribers.Push(new LivePayload(new LiveReset()));
            subscribers.Push(new LivePayload(fresh));
        }

        if (rows.Count > 0)
        {
            subscribers.Push(new LivePayload(new LiveWaterfall(rows)));
        }

        // Rates fall while nothing happens, so it is the figures that decide whether there is something to tell.
        var figures = JsonSerializer.SerializeToUtf8Bytes(snapshot with { Timestamp = 0 }, ContractsJsonContext.Default.MetricsSnapshot);
        if (points.Count > 0 || !figures.AsSpan().SequenceEqual(_lastSnapshot))
        {
            _lastSnapshot = figures;
            subscribers.Push(new LivePayload(new LiveMetrics(snapshot, points)));
        }
    }

    /// <summary>Whether a client has its welcome: from then on it needs every change.</summary>
    private bool IsWatched()
    {
        lock (replica.Lock)
        {
            return _watched &= subscribers.Any;
        }
    }

    private LiveWelcome Welcome() => new(
        builder.Build(SnapshotBuilder.DefaultWindow),
        builder.History(SnapshotBuilder.DefaultWindow, Resolution.Second),
        waterfall.Query(WelcomeRows, null, null),
        errors.Newest(WelcomeErrors));

    /// <summary>What changed until now is in the welcome that is built under the same lock.</summary>
    private void ForgetChanges()
    {
        _resets = replica.Resets;
        waterfall.TakeChanged();
        metrics.TakeChangedSeconds();
    }

    private static partial class Log
    {
        [LoggerMessage(50, LogLevel.Warning, "Live updates pause: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}
