using System.Buffers;
using FakeAi.EventBus.Publishing;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace FakeAi.EventBus.Spill;

/// <summary>
/// Sends what a dead process left in its spill file, under that process's name and numbers, so that the log takes each batch
/// once, whoever sends it and however often. Goes on until the log has it all, or it is cancelled.
/// </summary>
internal sealed partial class SpillReplay(
    IEventLog log, string producer, SafeFileHandle file, PublisherCounters counters, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2.5);
    private readonly Backoff _backoff = new(time);

    /// <summary>Events that are in the log now and were not before.</summary>
    public long Adopted { get; private set; }

    /// <summary>Events of records that cannot be read, or that belong to no shard of the log.</summary>
    public long Damaged { get; private set; }

    /// <param name="records">By shard and number.</param>
    /// <param name="cancellationToken">Ends the replay; it may be begun again.</param>
    public async Task RunAsync(IReadOnlyList<SpilledBatch> records, CancellationToken cancellationToken)
    {
        var shards = await PersistAsync(() => log.GetShardCountAsync(cancellationToken), cancellationToken);
        Damaged += records.Where(r => r.Shard >= shards).Sum(r => (long)r.Events);
        var shares = new List<(int Shard, List<SpilledBatch> Records, long Counted)>();
        foreach (var share in records.Where(r => r.Shard < shards).GroupBy(r => r.Shard))
        {
            var before = await PersistAsync(() => log.GetLastAsync(producer, share.Key, cancellationToken), cancellationToken);
            shares.Add((share.Key, [.. share], before));
        }

        var sent = false;
        foreach (var (_, share, before) in shares)
        {
            sent |= await SendAsync(share, before, before, cancellationToken);
        }

        // The file goes afterwards: not before the log had time to write down what it acknowledged.
        while (sent)
        {
            sent = false;
            await Task.Delay(s_settle, time, cancellationToken);
            foreach (var (shard, share, before) in shares)
            {
                var last = await PersistAsync(() => log.GetLastAsync(producer, shard, cancellationToken), cancellationToken);
                if (share.Count > 0 && last < share[^1].Number)
                {
                    sent |= await SendAsync(share, last, Math.Max(before, share[^1].Number), cancellationToken);
                }
            }
        }
    }

    /// <summary>Sends a shard's records after the log's last one. True when there were any.</summary>
    private async Task<bool> SendAsync(List<SpilledBatch> records, long last, long counted, CancellationToken cancellationToken)
    {
        var i = After(records, last);
        var any = i < records.Count;
        long? gapAfter = null;
        for (var attempt = 0; i < records.Count;)
        {
            if (Load(records[i]) is not { } batch)
            {
                Damaged += records[i].Events;
                records.RemoveAt(i);
                continue;
            }

            try
            {
                // What lies between the log's last batch and the first one here died with its process. The log must have
                // said so just now: one that has forgotten batches since gets these first.
                var missing = batch.Number - last - 1;
                var result = await log.AppendAsync(batch, rebase: missing > 0 && gapAfter == last, cancellationToken);
                gapAfter = result.Outcome == AppendOutcome.Gap ? result.Last : null;
                last = result.Outcome == AppendOutcome.Appended ? batch.Number : result.Last;
                if (result.Outcome == AppendOutcome.Appended && missing > 0)
                {
                    counters.Missing(missing);
                    Log.Missing(logger, batch.Shard, missing);
                }

                if (result.Outcome != AppendOutcome.Gap && batch.Number > counted)
                {
                    counted = batch.Number;
                    Adopted += batch.Events.Count;
                    counters.Adopted(batch.Events.Count);
                }

                i = After(records, last);
                attempt = 0;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                await WaitAsync(attempt++, e, cancellationToken);
            }
        }

        return any;
    }

    private EventBatch? Load(in SpilledBatch record)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(record.BodyLength);
        try
        {
            return SpillReader.TryReadBody(file, record, producer, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<T> PersistAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                await WaitAsync(attempt, e, cancellationToken);
            }
        }
    }

    private Task WaitAsync(int attempt, Exception cause, CancellationToken cancellationToken)
    {
        if (attempt is 0 or 6)
        {
            Log.Waiting(logger, producer, cause.Message);
        }

        return _backoff.WaitAsync(attempt, cancellationToken);
    }

    private static int After(List<SpilledBatch> records, long last)
    {
        var (low, high) = (0, records.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = records[middle].Number > last ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private static partial class Log
    {
        [LoggerMessage(70, LogLevel.Warning, "The spilled events of {Producer} cannot be delivered yet ({Reason}); trying again.")]
        public static partial void Waiting(ILogger logger, string producer, string reason);

        [LoggerMessage(71, LogLevel.Warning, "Shard {Shard}: {Batches} batches before a spilled one are nowhere; they died with their process.")]
        public static partial void Missing(ILogger logger, int shard, long batches);
    }
}
