using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Logging;

namespace FakeAi.EventBus.Publishing;

/// <summary>
/// Sends one shard's batches, one at a time and in order, each until the log has it. When the log turns out to have
/// forgotten acknowledged ones, these are sent again first.
/// </summary>
internal sealed partial class ShardSender
{
    private const int MostRefills = 8;

    private readonly ShardOutbox _outbox;
    private readonly IEventLog _log;
    private readonly string _producer;
    private readonly MemoryBudget _memory;
    private readonly SpillFile _spill;
    private readonly PublisherCounters _counters;
    private readonly KeptBatches _kept;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private int _failedChecks;

    public ShardSender(
        ShardOutbox outbox, IEventLog log, string producer, long keptBytes, MemoryBudget memory, SpillFile spill,
        PublisherCounters counters, TimeProvider time, ILogger logger)
    {
        _outbox = outbox;
        _log = log;
        _producer = producer;
        _memory = memory;
        _spill = spill;
        _counters = counters;
        _logger = logger;
        _backoff = new Backoff(time);
        _kept = new KeptBatches(time, keptBytes, spill);
        Time = time;
    }

    /// <summary>What was taken and not acknowledged when sending ended.</summary>
    public Outgoing? InFlight { get; private set; }

    /// <summary>
    /// When sending ended while the log did not answer: batches it had acknowledged just before, and may have forgotten.
    /// </summary>
    public IReadOnlyList<Outgoing> Unconfirmed => _kept.After(0);

    private TimeProvider Time { get; }

    /// <summary>Ends when all is sent and nothing more comes.</summary>
    /// <param name="stopping">From then on, a log that does not take a batch is not asked again, if there is a file to leave it in.</param>
    /// <param name="abort">Ends everything at once.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        try
        {
            while (true)
            {
                if (_outbox.TryTake(out var next))
                {
                    InFlight = next;
                    if (!await SendAsync(next, stopping, abort))
                    {
                        return;
                    }

                    InFlight = null;
                }
                else if (_outbox.IsCompleted)
                {
                    if (_kept.IsEmpty || await CheckAsync(abort))
                    {
                        _kept.Clear();
                    }

                    return;
                }
                else
                {
                    await IdleAsync(abort);
                }
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> SendAsync(Outgoing next, CancellationToken stopping, CancellationToken abort)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (attempt > 0)
                {
                    _counters.Resent(next.Events);
                }

                var batch = Load(next);
                var result = await _log.AppendAsync(batch, rebase: false, abort);
                if (result.Outcome == AppendOutcome.Gap)
                {
                    await RefillAsync(result.Last, batch, abort);
                }

                Acknowledged(next, batch);
                if (attempt > 0)
                {
                    Log.Delivered(_logger, _outbox.Shard, attempt + 1);
                }

                return true;
            }
            catch (Exception e) when (!abort.IsCancellationRequested)
            {
                // A shard that stops would be noticed by nobody, so nothing ends this but the process's stop.
                if (attempt is 0 or 6)
                {
                    Log.Undelivered(_logger, _outbox.Shard, e.Message);
                }
            }

            if (!await BackOffAsync(attempt, stopping, abort))
            {
                return false;
            }
        }
    }

    /// <summary>False when the process is stopping and the batch can be left in the spill file.</summary>
    private async Task<bool> BackOffAsync(int attempt, CancellationToken stopping, CancellationToken abort)
    {
        if (!_spill.HasFolder)
        {
            await _backoff.WaitAsync(attempt, abort);
            return true;
        }

        await _backoff.WaitAsync(attempt, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }

    private void Acknowledged(in Outgoing sent, EventBatch batch)
    {
        var damaged = sent.Events - batch.Events.Count;
        if (damaged > 0)
        {
            Log.Damaged(_logger, _outbox.Shard, damaged);
            _counters.Lost(damaged, fromSpill: true);
            _kept.Add(new Outgoing(batch, 0, default));
            _spill.Release();
            return;
        }

        _counters.Acknowledged(sent.Events, fromSpill: sent.Batch is null);
        _memory.Release(sent.Bytes);
        _kept.Add(sent);
    }

    /// <summary>The batch itself. One that the disk damaged becomes an empty one, so that the numbers stay dense.</summary>
    private EventBatch Load(in Outgoing outgoing) =>
        outgoing.Batch ?? _spill.Read(outgoing.Spilled) ?? new EventBatch(_producer, _outbox.Shard, outgoing.Number, []);

    private async Task IdleAsync(CancellationToken abort)
    {
        var work = _outbox.WorkAsync();
        if (_kept.CheckIn() is not { } wait)
        {
            await work.WaitAsync(abort);
            return;
        }

        try
        {
            await work.WaitAsync(wait, Time, abort);
        }
        catch (TimeoutException)
        {
            await CheckAsync(abort);
        }
    }

    /// <summary>Makes sure that the log still has what is kept; false when it does not answer.</summary>
    private async Task<bool> CheckAsync(CancellationToken abort)
    {
        try
        {
            var last = await _log.GetLastAsync(_producer, _outbox.Shard, abort);
            if (last < _kept.Last)
            {
                await RefillAsync(last, null, abort);
            }
            else
            {
                _kept.Confirmed();
            }

            _failedChecks = 0;
            return true;
        }
        catch (Exception e) when (!abort.IsCancellationRequested)
        {
            if (_failedChecks is 0 or 6)
            {
                Log.Unchecked(_logger, _outbox.Shard, e.Message);
            }

            _kept.Postpone(Backoff.Pause(_failedChecks++));
            return false;
        }
    }

    /// <summary>Sends what is kept after the log's last batch, then the next one. An exception leaves all as it was, to be begun again.</summary>
    private async Task RefillAsync(long last, EventBatch? next, CancellationToken abort)
    {
        var from = last;
        for (var round = 0; round < MostRefills; round++)
        {
            var missing = _kept.After(last);
            Log.Gap(_logger, _outbox.Shard, last, missing.Length, missing.Length > 0 && missing[0].Number == last + 1);
            if (await SendAfterAsync(last, missing, next, abort) is not { } forgotten)
            {
                _kept.Refilled(Math.Min(from, last));
                return;
            }

            (last, from) = (forgotten, Math.Min(from, forgotten));
        }

        throw new EventLogUnavailableException("the log forgets batches faster than they are sent again");
    }

    /// <summary>Null when the log took them all, else its last batch, which is not the one it had before.</summary>
    private async ValueTask<long?> SendAfterAsync(long last, Outgoing[] missing, EventBatch? next, CancellationToken abort)
    {
        for (var i = 0; i < missing.Length; i++)
        {
            // Only in front of the oldest kept one may something be missing for good: the kept ones have no gaps.
            var batch = Load(missing[i]);
            _counters.Resent(batch.Events.Count);
            var result = await _log.AppendAsync(batch, rebase: i == 0 && batch.Number > last + 1, abort);
            if (result.Outcome == AppendOutcome.Gap)
            {
                return result.Last;
            }
        }

        if (next is null)
        {
            return null;
        }

        _counters.Resent(next.Events.Count);
        var answer = await _log.AppendAsync(next, rebase: _kept.IsEmpty && next.Number > last + 1, abort);
        return answer.Outcome == AppendOutcome.Gap ? answer.Last : null;
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning, "Shard {Shard}: a batch of events was not taken ({Reason}); trying again.")]
        public static partial void Undelivered(ILogger logger, int shard, string reason);

        [LoggerMessage(11, LogLevel.Information, "Shard {Shard}: events are delivered again after {Attempts} attempts.")]
        public static partial void Delivered(ILogger logger, int shard, int attempts);

        [LoggerMessage(12, LogLevel.Warning, "Shard {Shard}: the log's last batch is {Last}; {Kept} later ones are sent again (complete: {Complete}).")]
        public static partial void Gap(ILogger logger, int shard, long last, int kept, bool complete);

        [LoggerMessage(13, LogLevel.Error, "Shard {Shard}: {Events} spilled events were damaged on the disk and are lost.")]
        public static partial void Damaged(ILogger logger, int shard, int events);

        [LoggerMessage(14, LogLevel.Warning, "Shard {Shard}: cannot ask whether the log still has the last batches ({Reason}); asking again.")]
        public static partial void Unchecked(ILogger logger, int shard, string reason);
    }
}
