using System.Globalization;
using System.Threading.Channels;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Logging;

namespace FakeAi.EventBus.Publishing;

/// <summary>
/// One shard's batches: filled and numbered by the publisher's task, sent by a task of its own, one at a time, each
/// until the log has it. Batches that the log acknowledged are kept for a while, in case it forgets them.
/// </summary>
internal sealed partial class ShardSender
{
    private const int WaitingBatches = 8;
    private static readonly TimeSpan s_keepAcknowledged = TimeSpan.FromSeconds(5);

    private readonly IEventLog _log;
    private readonly string _producer;
    private readonly int _shard;
    private readonly EventBusOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<int> _acknowledged;
    private readonly Backoff _backoff;
    private readonly Channel<EventBatch> _batches;
    private readonly Queue<(long Timestamp, EventBatch Batch)> _kept = new();
    private readonly string _idPrefix;
    private readonly Task _sending;
    private List<byte[]> _open = [];
    private int _openBytes;
    private long _number = 1;

    public ShardSender(
        IEventLog log, string producer, int shard, EventBusOptions options, TimeProvider time, ILogger logger,
        Action<int> acknowledged, CancellationToken cancellationToken)
    {
        _log = log;
        _producer = producer;
        _shard = shard;
        _options = options;
        _time = time;
        _logger = logger;
        _acknowledged = acknowledged;
        _backoff = new Backoff(time);
        _idPrefix = string.Create(CultureInfo.InvariantCulture, $"{producer}-{shard}-");
        _batches = Channel.CreateBounded<EventBatch>(new BoundedChannelOptions(WaitingBatches)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
            SingleWriter = true,
        });
        _sending = Task.Run(() => SendAllAsync(cancellationToken), CancellationToken.None);
    }

    /// <summary>The id that the next added event must carry.</summary>
    public string NextEventId() => string.Create(CultureInfo.InvariantCulture, $"{_idPrefix}{_number}.{_open.Count}");

    public async ValueTask AddAsync(byte[] payload, CancellationToken cancellationToken)
    {
        _open.Add(payload);
        _openBytes += payload.Length;
        if (_open.Count >= _options.BatchEvents || _openBytes >= _options.BatchBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_open.Count == 0)
        {
            return ValueTask.CompletedTask;
        }

        var batch = new EventBatch(_producer, _shard, _number++, _open);
        _open = new List<byte[]>(Math.Min(_options.BatchEvents, batch.Events.Count + 16));
        _openBytes = 0;
        return _batches.Writer.WriteAsync(batch, cancellationToken);
    }

    public Task CompleteAsync()
    {
        _batches.Writer.TryComplete();
        return _sending;
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var batch in _batches.Reader.ReadAllAsync(cancellationToken))
        {
            await SendAsync(batch, cancellationToken);
            _acknowledged(batch.Events.Count);
            _kept.Enqueue((_time.GetTimestamp(), batch));
            while (_kept.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.Timestamp) > s_keepAcknowledged)
            {
                _kept.Dequeue();
            }
        }
    }

    private async Task SendAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        var rebase = false;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var result = await _log.AppendAsync(batch, rebase, cancellationToken);
                if (result.Outcome != AppendOutcome.Gap)
                {
                    if (attempt > 0)
                    {
                        Log.Delivered(_logger, _shard, attempt + 1);
                    }

                    return;
                }

                rebase = !await RefillAsync(result.Last, cancellationToken);
            }
            catch (EventLogUnavailableException e)
            {
                if (attempt is 0 or 6)
                {
                    Log.Undelivered(_logger, _shard, e.Message);
                }

                await _backoff.WaitAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>Sends the kept batches after the log's last one; false when the first of them is not kept any more.</summary>
    private async Task<bool> RefillAsync(long last, CancellationToken cancellationToken)
    {
        var missing = _kept.Where(k => k.Batch.Number > last).Select(k => k.Batch).ToList();
        var complete = missing.Count > 0 && missing[0].Number == last + 1;
        Log.Gap(_logger, _shard, last, missing.Count, complete);
        for (var i = 0; i < missing.Count; i++)
        {
            await _log.AppendAsync(missing[i], rebase: i == 0 && !complete, cancellationToken);
        }

        return missing.Count > 0;
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning, "Shard {Shard}: a batch of events was not taken ({Reason}); trying again.")]
        public static partial void Undelivered(ILogger logger, int shard, string reason);

        [LoggerMessage(11, LogLevel.Information, "Shard {Shard}: events are delivered again after {Attempts} attempts.")]
        public static partial void Delivered(ILogger logger, int shard, int attempts);

        [LoggerMessage(12, LogLevel.Warning, "Shard {Shard}: the log's last batch is {Last}; {Kept} later ones are sent again (complete: {Complete}).")]
        public static partial void Gap(ILogger logger, int shard, long last, int kept, bool complete);
    }
}
