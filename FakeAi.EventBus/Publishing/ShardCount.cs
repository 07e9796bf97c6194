using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Logging;

namespace FakeAi.EventBus.Publishing;

/// <summary>
/// Learns from the log how many shards it has, and notes that in the spill folder: a process that starts while the log is away
/// goes on with what was heard before. That holds, as the count never changes while anything is pending.
/// </summary>
internal sealed partial class ShardCount(IEventLog log, SpillFolder? folder, EventBusOptions options, TimeProvider time, ILogger logger)
{
    private readonly Backoff _backoff = new(time);

    /// <summary>The count to go by when the log has not told it before the process ends.</summary>
    public int Presume() => folder?.RecallShards() ?? options.Shards;

    /// <summary>Asks until there is an answer, or a note of an earlier one.</summary>
    /// <exception cref="OperationCanceledException">The process stops and the log is away, or must stop at once.</exception>
    public async Task<int> LearnAsync(CancellationToken stopping, CancellationToken abort)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var count = await log.GetShardCountAsync(abort);
                Remember(count);
                return count;
            }
            catch (Exception e) when (!abort.IsCancellationRequested)
            {
                if (attempt == 0)
                {
                    Log.WaitingForLog(logger, e.Message);
                }
            }

            if (folder?.RecallShards() is { } known)
            {
                return known;
            }

            await _backoff.WaitAsync(attempt, stopping);
        }
    }

    private void Remember(int shards)
    {
        try
        {
            folder?.RememberShards(shards);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.FolderUnusable(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Warning, "The event log cannot be reached yet ({Reason}).")]
        public static partial void WaitingForLog(ILogger logger, string reason);

        [LoggerMessage(8, LogLevel.Error, "The spill folder cannot be used: {Reason}")]
        public static partial void FolderUnusable(ILogger logger, string reason);
    }
}
