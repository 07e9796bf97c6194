using FakeAi.EventBus.Streams;
using FakeAi.EventBus.Publishing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Consuming;

/// <summary>Consumes the shards of the log that it can lease, each in order, side by side.</summary>
internal sealed partial class EventConsumer(
    IEventLog log, EventOrigin origin, IEventBatchHandler handler, ConsumerCounters counters, IOptions<EventBusOptions> options,
    TimeProvider time, ILogger<EventConsumer> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var shards = await GetShardCountAsync(stoppingToken);
        await Task.WhenAll(Enumerable.Range(0, shards).Select(shard => Task.Run(
            () => new ShardConsumer(shard, origin.Instance, log, handler, options.Value, time, logger, counters).RunAsync(stoppingToken),
            stoppingToken)));
    }

    private async Task<int> GetShardCountAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(time);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await log.GetShardCountAsync(cancellationToken);
            }
            catch (EventLogUnavailableException e)
            {
                if (attempt == 0)
                {
                    Log.Waiting(logger, e.Message);
                }

                await backoff.WaitAsync(attempt, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Warning, "The event log cannot be reached yet ({Reason}).")]
        public static partial void Waiting(ILogger logger, string reason);
    }
}
