using System.Text.Json;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Publishing;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Logging;

namespace FakeAi.EventBus.Consuming;

/// <summary>
/// Waits for the lease of one shard, then reads the shard and applies it batch by batch. Each effect is computed on a
/// known version of the state and applied only to that version and under the lease; so entries that changed hands, or
/// whose first apply had an unknown outcome, count once.
/// </summary>
internal sealed partial class ShardConsumer(
    int shard, string holder, IEventLog log, IEventBatchHandler handler, EventBusOptions options, TimeProvider time,
    ILogger logger, ConsumerCounters counters)
{
    private static readonly TimeSpan s_askDue = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_release = TimeSpan.FromSeconds(1);

    private readonly IShardState _state = log.GetState(shard);
    private readonly Backoff _backoff = new(time);
    private int _failures;
    private uint _tries;
    private long _version;
    private string? _owner;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var answer = await log.AcquireAsync(shard, holder, cancellationToken);
                if (answer.Lease is { } lease)
                {
                    await OwnAsync(lease, answer.Position.Version, cancellationToken);
                }
                else
                {
                    await StandByAsync(answer.Owner, cancellationToken);
                }
            }
            catch (ShardLeaseLostException e)
            {
                counters.LeaseLost();
                Log.Lost(logger, shard, e.Message);
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

    /// <summary>Consumes until it is told to stop or something fails; then lets go, if it is told to stop.</summary>
    private async Task OwnAsync(ShardLease lease, long version, CancellationToken cancellationToken)
    {
        _version = version;
        _owner = null;
        counters.LeaseTaken();
        handler.Taken(shard);
        try
        {
            await ConsumeAsync(lease, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ReleaseAsync(lease);
            throw;
        }
        finally
        {
            counters.LeaseEnded();
        }
    }

    private async Task ReleaseAsync(ShardLease lease)
    {
        try
        {
            // The process is stopping, but the heir should not have to wait for the lease's end.
            using var limit = new CancellationTokenSource(s_release, time);
            await log.ReleaseAsync(lease, limit.Token);
        }
        catch (Exception e) when (e is EventLogUnavailableException or EventLogRejectedException or OperationCanceledException)
        {
            Log.NotReleased(logger, shard, e.Message);
        }
    }

    /// <summary>About a second; those who wait for the same shard do not all ask at once.</summary>
    private Task StandByAsync(string owner, CancellationToken cancellationToken)
    {
        if (!string.Equals(owner, _owner, StringComparison.Ordinal))
        {
            _owner = owner;
            Log.HeldBy(logger, shard, owner);
        }

        Recovered();
        var spread = (Fnv1a.Hash(holder) + (uint)shard * 97 + _tries++ * 61) % 400;
        return Task.Delay(TimeSpan.FromMilliseconds(700 + spread), time, cancellationToken);
    }

    private async Task ConsumeAsync(ShardLease lease, CancellationToken cancellationToken)
    {
        var from = ReadFrom.Pending;
        var asked = time.GetTimestamp();
        while (true)
        {
            var entries = await log.ReadAsync(lease, from, options.BatchEvents, cancellationToken);
            if (entries.Count > 0)
            {
                counters.Batch();
                if (!await ApplyAsync(lease, entries, cancellationToken))
                {
                    counters.Conflict();
                    from = ReadFrom.Pending;
                    continue;
                }
            }

            Recovered();
            if (from == ReadFrom.Pending)
            {
                from = entries.Count == 0 ? ReadFrom.New : from;
                continue;
            }

            if (entries.Count == options.BatchEvents)
            {
                continue;
            }

            if (time.GetElapsedTime(asked) >= s_askDue)
            {
                asked = time.GetTimestamp();
                await ApplyDueAsync(lease, cancellationToken);

                // What an owner that was paused took with its last breath is found here when nothing new brings it up.
                from = ReadFrom.Pending;
            }

            // A batch costs three calls to Redis whatever its size: the less there was, the longer the next one may fill.
            var pause = options.PollMs * (1 - (double)entries.Count / options.BatchEvents);
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, pause)), time, cancellationToken);
        }
    }

    private void Recovered()
    {
        if (_failures > 0)
        {
            Log.Back(logger, shard);
            _failures = 0;
        }
    }

    /// <summary>What the handler itself has to tell. It finds it again when the state has moved meanwhile.</summary>
    private async ValueTask ApplyDueAsync(ShardLease lease, CancellationToken cancellationToken)
    {
        try
        {
            var events = await handler.FindDueAsync(shard, _state, cancellationToken);
            if (events.Count > 0)
            {
                var ops = await handler.ProjectAsync(shard, events, _state, cancellationToken);
                var result = await log.ApplyAsync(lease, new BatchEffect(_version, [], [], ops), cancellationToken);
                _version = result.Version;
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or EventLogUnavailableException or ShardLeaseLostException))
        {
            Log.DueFailed(logger, e, shard);
        }
    }

    /// <summary>False when the state was moved by someone else; the version is the new one then.</summary>
    private async ValueTask<bool> ApplyAsync(ShardLease lease, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
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
            return await CommitAsync(lease, entries, events, dead, ops, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or EventLogUnavailableException or ShardLeaseLostException))
        {
            if (entries.Count == 1)
            {
                dead.Clear();
                dead.Add(new DeadEntry(entries[0], $"{e.GetType().Name}: {e.Message}"));
                return await CommitAsync(lease, entries, [], dead, [], cancellationToken);
            }

            Log.Bisect(logger, shard, entries.Count, e.Message);
            var half = entries.Count / 2;
            return await ApplyAsync(lease, [.. entries.Take(half)], cancellationToken)
                && await ApplyAsync(lease, [.. entries.Skip(half)], cancellationToken);
        }
    }

    private async ValueTask<bool> CommitAsync(
        ShardLease lease, IReadOnlyList<LogEntry> entries, List<FakeAiEvent> events, List<DeadEntry> dead, IReadOnlyList<StateOp> ops,
        CancellationToken cancellationToken)
    {
        var ids = new string[entries.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = entries[i].Id;
        }

        var result = await log.ApplyAsync(lease, new BatchEffect(_version, ids, dead, ops), cancellationToken);
        _version = result.Version;
        if (!result.Applied)
        {
            return false;
        }

        foreach (var entry in dead)
        {
            Log.Dead(logger, shard, entry.Entry.Id, entry.Reason);
        }

        counters.Applied(events.Count, dead.Count);
        if (events.Count > 0)
        {
            handler.Applied(shard, events);
        }

        return true;
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

        [LoggerMessage(23, LogLevel.Error, "Shard {Shard}: entry {Entry} went to the dead letters: {Reason}")]
        public static partial void Dead(ILogger logger, int shard, string entry, string reason);

        [LoggerMessage(25, LogLevel.Information, "Shard {Shard}: {Owner} reads it; standing by.")]
        public static partial void HeldBy(ILogger logger, int shard, string owner);

        [LoggerMessage(26, LogLevel.Warning, "Shard {Shard}: the lease was lost ({Reason}); what was computed is dropped.")]
        public static partial void Lost(ILogger logger, int shard, string reason);

        [LoggerMessage(27, LogLevel.Warning, "Shard {Shard}: the lease was not given back ({Reason}); it ends by itself.")]
        public static partial void NotReleased(ILogger logger, int shard, string reason);

        [LoggerMessage(28, LogLevel.Error, "Shard {Shard}: what follows from silence cannot be applied.")]
        public static partial void DueFailed(ILogger logger, Exception exception, int shard);
    }
}
