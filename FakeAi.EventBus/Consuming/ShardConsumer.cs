using System.Text.Json;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Streams;
using FakeAi.EventBus.Publishing;
using Microsoft.Extensions.Logging;

namespace FakeAi.EventBus.Consuming;

/// <summary>
/// Reads one shard and applies it batch by batch. Each effect is computed on a known version of the state and applied
/// only to that version; whoever finds another version starts over from what is still pending for it. So entries that
/// changed hands, or whose first apply had an unknown outcome, count once.
/// </summary>
internal sealed partial class ShardConsumer(
    int shard, string consumer, IEventLog log, IEventBatchHandler handler, EventBusOptions options, TimeProvider time,
    ILogger logger, ConsumerCounters counters)
{
    private readonly IShardState _state = log.GetState(shard);
    private readonly Backoff _backoff = new(time);
    private int _failures;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var position = await log.OpenAsync(shard, cancellationToken);
                await ConsumeAsync(position.Version, cancellationToken);
                counters.Conflict();
            }
            catch (EventLogUnavailableException e)
            {
                if (_failures is 0 or 6)
                {
                    Log.Unavailable(logger, shard, e.Message);
                }

                await _backoff.WaitAsync(_failures++, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // A shard that stops would be noticed by nobody: it goes on once the cause is mended.
                if (_failures is 0 or 6)
                {
                    Log.Failed(logger, e, shard);
                }

                await _backoff.WaitAsync(_failures++, cancellationToken);
            }
        }
    }

    /// <summary>Returns when the state was moved by someone else.</summary>
    private async Task ConsumeAsync(long version, CancellationToken cancellationToken)
    {
        var from = ReadFrom.OwnPending;
        var lastClaim = time.GetTimestamp();
        while (true)
        {
            var entries = await log.ReadAsync(shard, consumer, from, options.BatchEvents, cancellationToken);
            if (entries.Count > 0)
            {
                if (await ApplyAsync(entries, version, cancellationToken) is not { } next)
                {
                    return;
                }

                version = next;
            }

            if (_failures > 0)
            {
                Log.Back(logger, shard);
                _failures = 0;
            }

            if (from != ReadFrom.New)
            {
                from = entries.Count == 0 ? ReadFrom.New : from;
                continue;
            }

            // Looked for under load too: what a crashed consumer left must not wait for a quiet moment.
            if (time.GetElapsedTime(lastClaim).TotalMilliseconds >= options.AbandonedAfterMs / 2.0)
            {
                lastClaim = time.GetTimestamp();
                from = ReadFrom.Abandoned;
            }
            else if (entries.Count < options.BatchEvents)
            {
                // A batch costs three calls to Redis whatever its size: let the next one fill.
                await Task.Delay(TimeSpan.FromMilliseconds(options.PollMs), time, cancellationToken);
            }
        }
    }

    private async ValueTask<long?> ApplyAsync(IReadOnlyList<LogEntry> entries, long version, CancellationToken cancellationToken)
    {
        var events = new List<FakeAiEvent>(entries.Count);
        var dead = new List<DeadEntry>();
        foreach (var entry in entries)
        {
            if (entry.Payload.Length == 0)
            {
                continue;
            }

            try
            {
                events.Add(EventJson.Read(entry.Payload));
            }
            catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or NotSupportedException)
            {
                dead.Add(new DeadEntry(entry, e.Message));
            }
        }

        try
        {
            var ops = events.Count == 0 ? [] : await handler.ProjectAsync(shard, events, _state, cancellationToken);
            return await CommitAsync(entries, events, dead, ops, version, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or EventLogUnavailableException))
        {
            if (entries.Count == 1)
            {
                dead.Clear();
                dead.Add(new DeadEntry(entries[0], $"{e.GetType().Name}: {e.Message}"));
                return await CommitAsync(entries, [], dead, [], version, cancellationToken);
            }

            Log.Bisect(logger, shard, entries.Count, e.Message);
            var half = entries.Count / 2;
            return await ApplyAsync([.. entries.Take(half)], version, cancellationToken) is { } next
                ? await ApplyAsync([.. entries.Skip(half)], next, cancellationToken)
                : null;
        }
    }

    private async ValueTask<long?> CommitAsync(
        IReadOnlyList<LogEntry> entries, List<FakeAiEvent> events, List<DeadEntry> dead, IReadOnlyList<StateOp> ops,
        long version, CancellationToken cancellationToken)
    {
        var ids = new string[entries.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = entries[i].Id;
        }

        foreach (var entry in dead)
        {
            Log.Dead(logger, shard, entry.Entry.Id, entry.Reason);
        }

        var result = await log.ApplyAsync(shard, new BatchEffect(version, ids, dead, ops), cancellationToken);
        if (!result.Applied)
        {
            return null;
        }

        counters.Applied(events.Count, dead.Count);
        if (events.Count > 0)
        {
            handler.Applied(shard, events);
        }

        return result.Version;
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning, "Shard {Shard}: the event log cannot be reached ({Reason}); trying again.")]
        public static partial void Unavailable(ILogger logger, int shard, string reason);

        [LoggerMessage(24, LogLevel.Error, "Shard {Shard}: events cannot be applied; trying again.")]
        public static partial void Failed(ILogger logger, Exception exception, int shard);

        [LoggerMessage(21, LogLevel.Information, "Shard {Shard}: the event log is back.")]
        public static partial void Back(ILogger logger, int shard);

        [LoggerMessage(22, LogLevel.Warning, "Shard {Shard}: a batch of {Count} entries failed ({Reason}); halving it.")]
        public static partial void Bisect(ILogger logger, int shard, int count, string reason);

        [LoggerMessage(23, LogLevel.Error, "Shard {Shard}: entry {Entry} goes to the dead letters: {Reason}")]
        public static partial void Dead(ILogger logger, int shard, string entry, string reason);
    }
}
