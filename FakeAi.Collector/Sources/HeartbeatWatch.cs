using FakeAi.Collector.State;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Sources;

/// <summary>
/// Looks each second at the heartbeats in all shards, whichever collector applied them. It reads their index alone: the
/// whole state is far more, and brought up to date only when somebody asks for it.
/// </summary>
internal sealed class HeartbeatWatch(IEventLog log, SourceSilence silence, TimeProvider time) : BackgroundService
{
    private const int MaxInstances = 1_000;

    /// <summary>An entry that waits for longer means that heartbeats may wait, too.</summary>
    private const long UpToDateMs = 2_000;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>One look.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var shards = await log.GetShardCountAsync(cancellationToken);
            var heartbeats = new List<KeyValuePair<string, long>>();
            for (var shard = 0; shard < shards; shard++)
            {
                if ((await log.GetBacklogAsync(shard, cancellationToken)).OldestMs > UpToDateMs)
                {
                    silence.StartAnew();
                    return;
                }

                heartbeats.AddRange(await log.GetState(shard).RangeAsync(StateNames.Instances, MaxInstances, cancellationToken));
            }

            silence.Looked(heartbeats);
        }
        catch (Exception e) when (e is EventLogUnavailableException or EventLogRejectedException)
        {
            // The consumer tells of it in the log.
            silence.StartAnew();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await LookAsync(stoppingToken);
        }
    }
}
