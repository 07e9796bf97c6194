using System.Collections.Concurrent;
using System.Diagnostics;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Publishing;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using OptionsFactory = Microsoft.Extensions.Options.Options;

namespace FakeAi.EventBus.Tests;

/// <summary>Publisher and consumers over a log, whatever it is made of.</summary>
public abstract class PublishAndConsumeSuite
{
    private readonly List<EventPublisher> _publishers = [];

    private protected abstract IEventLog Log { get; }

    private protected virtual EventBusOptions Options { get; } = new() { LeaseMs = 1_000 };

    [Fact]
    public async Task Published_FromManyThreads_IsAppliedOnceAndInOrderWithinARequest()
    {
        var publisher = await StartPublisherAsync();
        var handler = new CountingHandler();
        using var first = await StartConsumerAsync("one", handler);
        using var second = await StartConsumerAsync("two", handler);
        await Parallel.ForAsync(0, 8, async (worker, _) =>
        {
            for (var i = 0; i < 500; i++)
            {
                Assert.True(publisher.Publish(new StreamProgress(i, i), $"req_{worker}"));
                if (i % 100 == 0)
                {
                    await Task.Yield();
                }
            }
        });
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 4_000);
        await Eventually.IsTrueAsync(async () => await CountedAsync() == 4_000 && await DepthAsync() == 0 && handler.Ids.Count == 4_000);
        await publisher.StopAsync(default);
        Assert.Equal(new EventPublisherStats { Sent = 4_000 }, publisher.Stats);
        Assert.Equal(4_000, await CountedAsync());
        Assert.Equal(4_000, handler.Ids.Count);
        Assert.Equal(Enumerable.Range(1, 4_000), handler.Seqs.Keys.Order().Select(s => (int)s));
        await first.StopAsync(default);
        await second.StopAsync(default);
    }

    [Fact]
    public async Task Published_Event_CarriesOriginTimeAndTheRecordedTrace()
    {
        var publisher = await StartPublisherAsync();
        var handler = new CountingHandler();
        using var consumer = await StartConsumerAsync("one", handler);
        using var activity = new Activity("x") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.SetIdFormat(ActivityIdFormat.W3C).Start();
        publisher.Publish(new RouteSelected("engine-0", "only"), "req_1", time: 1234567);
        activity.ActivityTraceFlags = ActivityTraceFlags.None;
        publisher.Publish(new RouteSelected("engine-1", "only"), "req_2");
        activity.Stop();
        await Eventually.IsTrueAsync(() => handler.Events.Count == 2);
        var recorded = handler.Events.Single(e => e.RequestId == "req_1");
        Assert.Equal(("gateway", "gateway-1", 1234567L), (recorded.Source, recorded.Instance, recorded.Time));
        Assert.Equal($"00-{activity.TraceId}-{activity.SpanId}-01", recorded.Traceparent);
        Assert.Matches("^[0-9a-f]{32}-[0-3]-1\\.0$", recorded.Id);
        Assert.Null(handler.Events.Single(e => e.RequestId == "req_2").Traceparent);
        await consumer.StopAsync(default);
    }

    [Fact]
    public async Task Consumer_EntriesThatFail_GoToTheDeadLettersAlone()
    {
        var handler = new CountingHandler { Poison = e => e.Data is StreamProgress { OutputTokens: 3 or 61 } };
        var publisher = await StartPublisherAsync();
        for (var i = 0; i < 500; i++)
        {
            publisher.Publish(new StreamProgress(i, i), "req_1");
        }

        await publisher.StopAsync(default);
        var shard = Fnv1a.Shard("req_1", 4);
        await Log.AppendAsync(new EventBatch(new string('b', 32), shard, 1, ["{ not json"u8.ToArray(), "{}"u8.ToArray()]), false, default);
        using var consumer = await StartConsumerAsync("one", handler);
        await Eventually.IsTrueAsync(async () => await DepthAsync() == 0);
        await consumer.StopAsync(default);
        Assert.Equal(498, await CountedAsync());
        var dead = await Log.ReadDeadAsync(shard, 10, default);
        Assert.Equal(4, dead.Count);
        Assert.Equal(2, dead.Count(d => d.Reason == "InvalidOperationException: poison"));
    }

    [Fact]
    public async Task Consumer_OneEffectOf500ThatTheLogRefuses_GoesToTheDeadLettersAlone()
    {
        var shard = Fnv1a.Shard("req_1", 4);
        var answer = await Log.AcquireAsync(shard, "one", default);
        await Log.ApplyAsync(answer.Lease!, new BatchEffect(0, [], [], [new SetFields("text", [KeyValuePair.Create("t", "no number")])]), default);
        var publisher = await StartPublisherAsync();
        for (var i = 0; i < 500; i++)
        {
            publisher.Publish(new StreamProgress(i, i), "req_1");
        }

        await publisher.StopAsync(default);
        var handler = new CountingHandler { Spoils = e => e.Data is StreamProgress { OutputTokens: 333 } };
        using var consumer = await StartConsumerAsync("one", handler);
        await Eventually.IsTrueAsync(async () => await DepthAsync() == 0);
        await consumer.StopAsync(default);
        Assert.Equal(499, await CountedAsync());
        Assert.Equal(499, handler.Ids.Count);
        var dead = Assert.Single(await Log.ReadDeadAsync(shard, 10, default));
        Assert.Equal(333, Assert.IsType<StreamProgress>(EventJson.Read(dead.Entry.Payload).Data).OutputTokens);
        Assert.Contains("not an integer", dead.Reason);
    }

    [Fact]
    public async Task Consumer_Stopped_LetsGoSoThatItsHeirNeedNotWaitForTheLeasesEnd()
    {
        var longLease = new EventBusOptions { LeaseMs = 60_000 };
        var (counters, heirs) = (new ConsumerCounters(), new ConsumerCounters());
        using var first = await StartConsumerAsync("one", new CountingHandler(), counters, longLease);
        await Eventually.IsTrueAsync(() => counters.OwnedShards == 4);
        using var second = await StartConsumerAsync("two", new CountingHandler(), heirs, longLease);
        await first.StopAsync(default);
        await Eventually.IsTrueAsync(() => heirs.OwnedShards == 4, TimeSpan.FromSeconds(30));
        Assert.Equal((0, 4, 0), (counters.OwnedShards, counters.LeasesTaken, counters.LeasesLost));
        await second.StopAsync(default);
    }

    [Fact]
    public async Task Consumer_PausedBetweenReadAndApply_DropsWhatItComputed()
    {
        var publisher = await StartPublisherAsync();
        publisher.Publish(new StreamProgress(1, 1), "req_1");
        await publisher.StopAsync(default);
        var counters = new ConsumerCounters();
        var pause = new TaskCompletionSource();
        var pausing = new CountingHandler { Pause = pause.Task };
        using var paused = await StartConsumerAsync("paused", pausing, counters);
        await Eventually.IsTrueAsync(() => pausing.Asked == 1);
        var handler = new CountingHandler();
        using var heir = await StartConsumerAsync("heir", handler);
        await Eventually.IsTrueAsync(() => handler.Ids.Count == 1);
        pause.SetResult();
        await Eventually.IsTrueAsync(() => counters.LeasesLost == 1);
        await paused.StopAsync(default);
        await heir.StopAsync(default);
        Assert.Equal(1, await CountedAsync());
        Assert.Equal((0, 0), (pausing.Ids.Count, counters.AppliedEvents));
    }

    [Fact]
    public async Task Consumer_WhoseEntriesWereLeftByACrashedOne_AppliesThem()
    {
        var publisher = await StartPublisherAsync();
        for (var i = 0; i < 50; i++)
        {
            publisher.Publish(new StreamProgress(i, i), $"req_{i}");
        }

        await publisher.StopAsync(default);
        for (var shard = 0; shard < 4; shard++)
        {
            var answer = await Log.AcquireAsync(shard, shard < 2 ? "crashed" : "restarted", default);
            await Log.ReadAsync(answer.Lease!, ReadFrom.New, 100, default);
        }

        using var consumer = await StartConsumerAsync("restarted", new CountingHandler());
        await Eventually.IsTrueAsync(async () => await DepthAsync() == 0);
        await consumer.StopAsync(default);
        Assert.Equal(50, await CountedAsync());
    }

    private protected async Task<EventPublisher> StartPublisherAsync(EventBusOptions? options = null)
    {
        var publisher = new EventPublisher(
            Log, new EventOrigin("gateway", "gateway-1"), OptionsFactory.Create(options ?? Options),
            TimeProvider.System, NullLogger<EventPublisher>.Instance);
        await publisher.StartAsync(default);
        _publishers.Add(publisher);
        return publisher;
    }

    /// <summary>For logs that outlive a test: a publisher that goes on would give an emptied log its last batches again.</summary>
    private protected async Task StopPublishersAsync()
    {
        foreach (var publisher in _publishers)
        {
            await publisher.StopAsync(default);
        }
    }

    private protected async Task<BackgroundService> StartConsumerAsync(
        string name, IEventBatchHandler handler, ConsumerCounters? counters = null, EventBusOptions? options = null)
    {
        var consumer = new EventConsumer(
            Log, new EventOrigin("collector", name), handler, counters ?? new ConsumerCounters(), OptionsFactory.Create(options ?? Options),
            TimeProvider.System, NullLogger<EventConsumer>.Instance);
        await consumer.StartAsync(default);
        return consumer;
    }

    private protected async Task<long> CountedAsync()
    {
        var sum = 0L;
        for (var shard = 0; shard < 4; shard++)
        {
            sum += long.Parse((await Log.GetState(shard).GetAsync(["count"], default))[0]?["n"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        }

        return sum;
    }

    private protected async Task<long> DepthAsync()
    {
        var sum = 0L;
        for (var shard = 0; shard < 4; shard++)
        {
            sum += await Log.CountAsync(shard, default);
        }

        return sum;
    }

    /// <summary>Counts events in the state; notes them when applied.</summary>
    private protected sealed class CountingHandler : IEventBatchHandler
    {
        private readonly ConcurrentDictionary<string, long> _lastSeq = new();
        private int _asked;

        public Func<FakeAiEvent, bool> Poison { get; init; } = static _ => false;

        /// <summary>Events whose effect the log must refuse, after it has taken a part of it.</summary>
        public Func<FakeAiEvent, bool> Spoils { get; init; } = static _ => false;

        public Task Pause { get; init; } = Task.CompletedTask;

        public int Asked => Volatile.Read(ref _asked);

        public ConcurrentBag<FakeAiEvent> Events { get; } = [];

        public ConcurrentDictionary<string, bool> Ids { get; } = new();

        public ConcurrentDictionary<long, bool> Seqs { get; } = new();

        public async ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
            int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            await Pause;
            if (events.Any(Poison))
            {
                throw new InvalidOperationException("poison");
            }

            var count = new IncrementFields("count", [KeyValuePair.Create("n", (long)events.Count)]);
            return events.Any(Spoils) ? [count, new IncrementFields("text", [KeyValuePair.Create("t", 1L)])] : [count];
        }

        public void Applied(int shard, IReadOnlyList<FakeAiEvent> events)
        {
            foreach (var e in events)
            {
                Events.Add(e);
                Assert.True(Ids.TryAdd(e.Id, true));
                Assert.True(Seqs.TryAdd(e.Seq, true));
            }

            foreach (var group in events.GroupBy(e => e.RequestId ?? ""))
            {
                Assert.Equal(group.Select(e => e.Seq).Order(), group.Select(e => e.Seq));
                _lastSeq[group.Key] = group.Last().Seq;
            }
        }
    }
}
