using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Publishing;

/// <summary>
/// Takes events from callers into a bounded queue; one task gives them their order and serialises them into batches by shard,
/// whatever the log does; a sender per shard delivers those. A caller only writes to the queue.
/// </summary>
internal sealed partial class EventPublisher : IEventPublisher, IHostedService, IDisposable
{
    private const int RoundEvents = 4_096;
    private static readonly TimeSpan s_room = TimeSpan.FromMilliseconds(50);

    // Even where the host's own 2 s are used up, by requests that did not end, say: their last events are still to be told. Whoever
    // stops this process may kill it after 3 s, and what is left must be in the file by then.
    private static readonly TimeSpan s_leastDrain = TimeSpan.FromMilliseconds(500);

    private readonly IEventLog _log;
    private readonly EventOrigin _origin;
    private readonly EventBusOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<EventPublisher> _logger;
    private readonly Channel<PendingEvent> _queue;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly EventWriter _writer;
    private readonly MemoryBudget _memory;
    private readonly ShardCount _shards;
    private readonly SpillFile _spill;
    private ShardOutbox[] _outboxes = [];
    private ShardSender[] _senders = [];
    private Task _running = Task.CompletedTask;
    private Task _taking = Task.CompletedTask;

    public EventPublisher(
        IEventLog log, EventOrigin origin, IOptions<EventBusOptions> options, TimeProvider time, ILogger<EventPublisher> logger)
    {
        _log = log;
        _origin = origin;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _writer = new EventWriter(origin);
        _memory = new MemoryBudget(_options.MemoryBytes);
        var folder = SpillFolder.From(_options);
        _shards = new ShardCount(log, folder, _options, time, logger);
        _spill = new SpillFile(folder, Producer, _options.SpillBytes, logger);
        _queue = Channel.CreateBounded<PendingEvent>(new BoundedChannelOptions(_options.QueueCapacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
            AllowSynchronousContinuations = false,
        });
    }

    public EventPublisherStats Stats => Counters.Stats;

    /// <summary>This start of the process, as the log knows it: 32 hex digits.</summary>
    internal string Producer { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    internal PublisherCounters Counters { get; } = new();

    internal long MemoryUsed => _memory.Used;

    public bool Publish(EventData data, string? requestId = null, string? traceparent = null, long? time = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (traceparent is null && Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } activity)
        {
            traceparent = activity.Id;
        }

        Counters.Accept();
        if (_queue.Writer.TryWrite(new PendingEvent(data, requestId, traceparent, time ?? UnixMicroseconds())))
        {
            return true;
        }

        if (Counters.Refuse())
        {
            Log.FirstRefused(_logger);
        }

        return false;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_spill.HasFolder)
        {
            Log.NoFolder(_logger);
        }

        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        await DrainAsync(cancellationToken);
        await _abort.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Leave();
        _spill.Dispose();
        if (Stats is { SpillWaiting: > 0 and var left })
        {
            Log.LeftAtStop(_logger, left);
        }

        if (Stats is { Lost: > 0 and var lost })
        {
            Log.LostAtStop(_logger, lost);
        }
    }

    public void Dispose()
    {
        _spill.Dispose();
        _stopping.Dispose();
        _abort.Dispose();
        _writer.Dispose();
    }

    /// <summary>Waits until all is delivered or no longer can be, or time is up.</summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var limit = TimeSpan.FromSeconds(_options.DrainSeconds);
        var least = limit < s_leastDrain ? limit : s_leastDrain;
        var started = _time.GetTimestamp();
        try
        {
            await _running.WaitAsync(limit, _time, cancellationToken);
        }
        catch (OperationCanceledException) when (_time.GetElapsedTime(started) < least)
        {
            await _running.WaitAsync(least - _time.GetElapsedTime(started), _time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
        }
    }

    /// <summary>Writes what is still in memory, the queue included, to the spill file. Senders and taking have ended.</summary>
    private void Leave()
    {
        if (_outboxes.Length == 0)
        {
            CreateOutboxes(_shards.Presume());
        }

        for (var shard = 0; shard < _outboxes.Length; shard++)
        {
            var sender = shard < _senders.Length ? _senders[shard] : null;
            _outboxes[shard].Leave(sender?.InFlight, sender?.Unconfirmed);
        }

        while (_queue.Reader.TryRead(out var pending))
        {
            Add(pending);
        }

        foreach (var outbox in _outboxes)
        {
            outbox.Leave();
        }
    }

    /// <summary>Ends when the senders have.</summary>
    private async Task RunAsync()
    {
        var shards = await _shards.LearnAsync(_stopping.Token, _abort.Token);
        CreateOutboxes(shards);
        _senders = [.. _outboxes.Select(outbox => new ShardSender(
            outbox, _log, Producer, _options.KeptBytes / shards, _memory, _spill, Counters, _time, _logger))];
        var sending = _senders.Select(sender => Task.Run(() => sender.RunAsync(_stopping.Token, _abort.Token), CancellationToken.None)).ToList();
        _taking = TakeAllAsync(_abort.Token);
        await Task.WhenAll(sending);
    }

    private async Task TakeAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(cancellationToken))
            {
                if (_queue.Reader.Count < _options.BatchEvents * _outboxes.Length && _options.LingerMs > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(_options.LingerMs), _time, cancellationToken);
                }

                for (var i = 0; i < RoundEvents && _queue.Reader.TryRead(out var pending); i++)
                {
                    if (Add(pending) is { } full)
                    {
                        await WaitForRoomAsync(full, cancellationToken);
                    }
                }

                foreach (var outbox in _outboxes)
                {
                    outbox.Flush();
                }
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // From here on every event is refused and counted, rather than kept for nobody.
            _queue.Writer.TryComplete(e);
            Log.Ended(_logger, e);
        }
        finally
        {
            foreach (var outbox in _outboxes)
            {
                outbox.Complete();
            }
        }
    }

    /// <summary>Gives an event to its shard; returns that when it can take no more for now.</summary>
    private ShardOutbox? Add(in PendingEvent pending)
    {
        var outbox = _outboxes[Fnv1a.Shard(pending.RequestId ?? _origin.Instance, _outboxes.Length)];
        try
        {
            return outbox.Add(_writer, pending) ? null : outbox;
        }
        catch (Exception e)
        {
            // A type without JSON is a mistake in our own code; it must not stop the events of others.
            Counters.Refuse();
            Log.NotSerialisable(_logger, e, pending.Data.Type);
            return null;
        }
    }

    /// <summary>Memory and file are full: nothing is taken until a batch is acknowledged, and the queue refuses what does not fit.</summary>
    private async Task WaitForRoomAsync(ShardOutbox outbox, CancellationToken cancellationToken)
    {
        while (!outbox.TryMakeRoom())
        {
            await Task.Delay(s_room, _time, cancellationToken);
        }
    }

    private void CreateOutboxes(int shards) => _outboxes = [.. Enumerable.Range(0, shards).Select(shard =>
        new ShardOutbox(Producer, shard, _options, _memory, _spill, Counters))];

    private long UnixMicroseconds() => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static partial class Log
    {
        [LoggerMessage(5, LogLevel.Critical, "The event publisher ended; events are refused until the service is started again.")]
        public static partial void Ended(ILogger logger, Exception exception);

        [LoggerMessage(1, LogLevel.Warning, "The event queue is full: events are refused and counted until the log takes them again.")]
        public static partial void FirstRefused(ILogger logger);

        [LoggerMessage(2, LogLevel.Error, "{Count} events are lost.")]
        public static partial void LostAtStop(ILogger logger, long count);

        [LoggerMessage(4, LogLevel.Error, "An event of type {Type} could not be written.")]
        public static partial void NotSerialisable(ILogger logger, Exception exception, string type);

        [LoggerMessage(6, LogLevel.Warning, "{Count} events were not delivered before the process stopped; another process will, from the spill file.")]
        public static partial void LeftAtStop(ILogger logger, long count);

        [LoggerMessage(7, LogLevel.Information, "There is no spill folder: events that cannot wait in memory are refused, and what is undelivered at the stop is lost.")]
        public static partial void NoFolder(ILogger logger);
    }
}
