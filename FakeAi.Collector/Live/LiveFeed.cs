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
    private const int WelcomeRows = 200;
    private const int WelcomeErrors = 100;

    private long _resets;
    private byte[] _lastSnapshot = [];

    /// <summary>The whole state now.</summary>
    public async ValueTask<LiveWelcome> WelcomeAsync(CancellationToken cancellationToken)
    {
        await tail.StartAsync(cancellationToken);
        await replica.SyncAsync(cancellationToken);
        lock (replica.Lock)
        {
            return new LiveWelcome(
                builder.Build(SnapshotBuilder.DefaultWindow),
                builder.History(SnapshotBuilder.DefaultWindow, Resolution.Second),
                waterfall.Query(WelcomeRows, null, null),
                errors.Newest(WelcomeErrors));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(TickMs), time);
        var idle = true;
        var failing = false;
        for (var tick = 0; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            try
            {
                if (!subscribers.Any)
                {
                    if (!idle)
                    {
                        await tail.StopAsync(stoppingToken);
                        idle = true;
                    }

                    continue;
                }

                if (idle)
                {
                    await tail.StartAsync(stoppingToken);
                    ForgetChanges();
                    idle = false;
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
        if (replica.Resets != _resets)
        {
            _resets = replica.Resets;
            subscribers.Push(new LivePayload(new LiveReset()));
            var welcome = await WelcomeAsync(cancellationToken);
            ForgetChanges();
            subscribers.Push(new LivePayload(welcome));
            return;
        }

        MetricsSnapshot snapshot;
        IReadOnlyList<MetricsPoint> points;
        IReadOnlyList<WaterfallRow> rows;
        lock (replica.Lock)
        {
            rows = waterfall.TakeChanged();
            snapshot = builder.Build(SnapshotBuilder.DefaultWindow);
            points = [.. metrics.TakeChangedSeconds().SelectMany(s => metrics.Between(Resolution.Second, s, s)).Select(b => b.Bucket.ToPoint(b.Start))];
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

    /// <summary>What changed while nobody watched is in each welcome.</summary>
    private void ForgetChanges()
    {
        _resets = replica.Resets;
        lock (replica.Lock)
        {
            waterfall.TakeChanged();
            metrics.TakeChangedSeconds();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(50, LogLevel.Warning, "Live updates pause: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}
