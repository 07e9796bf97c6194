using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Publishing;

/// <summary>
/// Takes events from callers into a bounded queue; one task gives them their order, serialises them into batches by
/// shard and hands those to a sender per shard. A caller only writes to the queue.
/// </summary>
internal sealed partial class EventPublisher : IEventPublisher, IHostedService, IDisposable
{
    private const int RoundEvents = 4_096;

    private readonly IEventLog _log;
    private readonly EventOrigin _origin;
    private readonly EventBusOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<EventPublisher> _logger;
    private readonly Channel<PendingEvent> _queue;
    private readonly CancellationTokenSource _abort = new();
    private readonly string _producer = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly Backoff _backoff;
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Utf8JsonWriter _writer;
    private long _accepted;
    private long _sent;
    private long _refused;
    private long _seq;
    private Task _running = Task.CompletedTask;

    public EventPublisher(
        IEventLog log, EventOrigin origin, IOptions<EventBusOptions> options, TimeProvider time, ILogger<EventPublisher> logger)
    {
        _log = log;
        _origin = origin;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _backoff = new Backoff(time);
        _writer = new Utf8JsonWriter(_buffer);
        _queue = Channel.CreateBounded<PendingEvent>(new BoundedChannelOptions(_options.QueueCapacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
            AllowSynchronousContinuations = false,
        });
    }

    public EventPublisherStats Stats
    {
        get
        {
            var sent = Interlocked.Read(ref _sent);
            return new EventPublisherStats(Math.Max(0, Interlocked.Read(ref _accepted) - sent), sent, Interlocked.Read(ref _refused));
        }
    }

    public bool Publish(EventData data, string? requestId = null, string? traceparent = null, long? time = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (traceparent is null && Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } activity)
        {
            traceparent = activity.Id;
        }

        if (_queue.Writer.TryWrite(new PendingEvent(data, requestId, traceparent, time ?? UnixMicroseconds())))
        {
            Interlocked.Increment(ref _accepted);
            return true;
        }

        if (Interlocked.Increment(ref _refused) == 1)
        {
            Log.FirstRefused(_logger);
        }

        return false;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => RunAsync(_abort.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        try
        {
            await _running.WaitAsync(TimeSpan.FromSeconds(_options.DrainSeconds), _time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await _abort.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Stats.Queued is > 0 and var lost)
        {
            Log.LostAtStop(_logger, lost);
        }
    }

    public void Dispose()
    {
        _abort.Dispose();
        _writer.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var senders = Array.Empty<ShardSender>();
        try
        {
            senders = new ShardSender[await GetShardCountAsync(cancellationToken)];
            for (var shard = 0; shard < senders.Length; shard++)
            {
                senders[shard] = new ShardSender(
                    _log, _producer, shard, _options, _time, _logger, events => Interlocked.Add(ref _sent, events), cancellationToken);
            }

            while (await _queue.Reader.WaitToReadAsync(cancellationToken))
            {
                if (_queue.Reader.Count < _options.BatchEvents * senders.Length && _options.LingerMs > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(_options.LingerMs), _time, cancellationToken);
                }

                for (var i = 0; i < RoundEvents && _queue.Reader.TryRead(out var pending); i++)
                {
                    await AddAsync(senders, pending, cancellationToken);
                }

                foreach (var sender in senders)
                {
                    await sender.FlushAsync(cancellationToken);
                }
            }

            await Task.WhenAll(senders.Select(s => s.CompleteAsync()));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(senders.Where(s => s is not null).Select(s => s.CompleteAsync()))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e)
        {
            // From here on every event is refused and counted, rather than kept for nobody.
            _queue.Writer.TryComplete(e);
            Log.Ended(_logger, e);
        }
    }

    private ValueTask AddAsync(ShardSender[] senders, in PendingEvent pending, CancellationToken cancellationToken)
    {
        var sender = senders[Fnv1a.Shard(pending.RequestId ?? _origin.Instance, senders.Length)];
        var @event = new FakeAiEvent(
            sender.NextEventId(), pending.Time, pending.RequestId, _origin.Source, _origin.Instance, _seq + 1,
            pending.Traceparent, pending.Data);
        byte[] payload;
        try
        {
            _buffer.ResetWrittenCount();
            _writer.Reset();
            EventJson.Write(_writer, @event);
            _writer.Flush();
            payload = _buffer.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A type without JSON is a mistake in our own code; it must not stop the events of others.
            Interlocked.Decrement(ref _accepted);
            Interlocked.Increment(ref _refused);
            Log.NotSerialisable(_logger, e, @event.Type);
            return ValueTask.CompletedTask;
        }

        _seq++;
        return sender.AddAsync(payload, cancellationToken);
    }

    private async Task<int> GetShardCountAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await _log.GetShardCountAsync(cancellationToken);
            }
            catch (EventLogUnavailableException e)
            {
                if (attempt == 0)
                {
                    Log.WaitingForLog(_logger, e.Message);
                }

                await _backoff.WaitAsync(attempt, cancellationToken);
            }
        }
    }

    private long UnixMicroseconds() => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private readonly record struct PendingEvent(EventData Data, string? RequestId, string? Traceparent, long Time);

    private static partial class Log
    {
        [LoggerMessage(5, LogLevel.Critical, "The event publisher ended; events are refused until the service is started again.")]
        public static partial void Ended(ILogger logger, Exception exception);

        [LoggerMessage(1, LogLevel.Warning, "The event queue is full: events are refused and counted until the log takes them again.")]
        public static partial void FirstRefused(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning, "{Count} events were not delivered before the process stopped.")]
        public static partial void LostAtStop(ILogger logger, long count);

        [LoggerMessage(3, LogLevel.Warning, "The event log cannot be reached yet ({Reason}); events wait in memory.")]
        public static partial void WaitingForLog(ILogger logger, string reason);

        [LoggerMessage(4, LogLevel.Error, "An event of type {Type} could not be written.")]
        public static partial void NotSerialisable(ILogger logger, Exception exception, string type);
    }
}
