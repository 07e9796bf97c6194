using FakeAi.Contracts.Events;
using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Redis;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace FakeAi.EventBus.Tests;

/// <summary>What Redis may answer to a consumer other than what it asked for.</summary>
public sealed class RedisFailureTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly EventBusOptions _options = new() { CallTimeoutMs = 20_000 };
    private IEventLog _log = null!;
    private long _batches;

    public async ValueTask InitializeAsync() => _log = await redis.NewLogAsync(_options);

    public async ValueTask DisposeAsync() => await CommandAsync("CONFIG", "SET", "maxmemory", "0");

    [Fact]
    public async Task Lease_NotRenewed_EndsByRedissOwnClock()
    {
        var log = await redis.NewLogAsync(new EventBusOptions { LeaseMs = 2_000 });
        Assert.NotNull((await log.AcquireAsync(0, "dead", default)).Lease);
        Assert.Null((await log.AcquireAsync(0, "heir", default)).Lease);
        await Eventually.IsTrueAsync(async () => (await log.AcquireAsync(0, "heir", default)).Lease is { Token: 2 });
    }

    [Fact]
    public async Task Group_WithConsumersFromBeforeThereWereLeases_IsInherited()
    {
        await AppendAsync(0, 5);
        await CommandAsync("XGROUP", "CREATE", "fakeai:{0}:events", "collectors", "0");
        await CommandAsync("XREADGROUP", "GROUP", "collectors", "old-1", "COUNT", "2", "STREAMS", "fakeai:{0}:events", ">");
        await CommandAsync("XREADGROUP", "GROUP", "collectors", "old-2", "COUNT", "2", "STREAMS", "fakeai:{0}:events", ">");
        await CommandAsync("XREADGROUP", "GROUP", "collectors", "old-idle", "COUNT", "1", "STREAMS", "fakeai:{0}:events", "0");

        var lease = (await _log.AcquireAsync(0, "new", default)).Lease!;

        Assert.Equal([1, 2, 3, 4], Tokens(await _log.ReadAsync(lease, ReadFrom.Pending, 10, default)));
        Assert.Equal([5], Tokens(await _log.ReadAsync(lease, ReadFrom.New, 10, default)));
        var consumers = await redis.Connection.GetDatabase().ScriptEvaluateAsync(
            "local names = {} for i, c in ipairs(redis.call('XINFO', 'CONSUMERS', 'fakeai:{0}:events', 'collectors')) do names[i] = c[2] end return names");
        Assert.Equal(["owner"], (string[])consumers!);
    }

    [Fact]
    public async Task Memory_Full_StopsAppendsButNotApplying()
    {
        Assert.Equal(4, await _log.GetShardCountAsync(default));
        await AppendAsync(0, 1_000);
        await CommandAsync("CONFIG", "SET", "maxmemory", "1mb");
        Assert.Equal(4, await _log.GetShardCountAsync(default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(() => AppendAsync(0, 1));

        var applied = 0;
        var (lease, version) = await AcquireAsync();
        for (var entries = await ReadAsync(); entries.Count > 0; entries = await ReadAsync())
        {
            var ops = new StateOp[] { new IncrementFields("count", [KeyValuePair.Create("n", (long)entries.Count)]), new AddToIndex("i", entries[0].Id, 1) };
            var result = await _log.ApplyAsync(lease, new BatchEffect(version, [.. entries.Select(e => e.Id)], [new DeadEntry(entries[0], "x")], ops), default);
            Assert.True(result.Applied);
            (version, applied) = (result.Version, applied + entries.Count);
        }

        Assert.Equal(1_000, applied);
        Assert.Equal(0, await _log.CountAsync(0, default));
        Assert.Equal("1000", (await _log.GetState(0).GetAsync(["count"], default))[0]!["n"]);
        Assert.Equal(1, (await _log.ResetAsync(1, new StateReset(["c"], [], "c", 60, new SetFields("m", [KeyValuePair.Create("t", "1")])), default)).Epoch);

        async Task<IReadOnlyList<LogEntry>> ReadAsync() => await _log.ReadAsync(lease, ReadFrom.New, 200, default);
    }

    [Theory]
    [InlineData("events")]
    [InlineData("owner")]
    [InlineData("version")]
    [InlineData("live")]
    public async Task ForeignKey_InAShardsWay_StopsThatShardAloneUntilItIsCleared(string name)
    {
        var key = "fakeai:{0}:" + name;
        await CommandAsync("SADD", key, "foreign");
        await AppendAsync(1, 3);
        if (name != "events")
        {
            await AppendAsync(0, 3);
        }

        var counters = new ConsumerCounters();
        using var consumer = await StartConsumerAsync(counters);
        await Eventually.IsTrueAsync(() => counters.AppliedEvents == 3);
        await Task.Delay(300);
        Assert.Equal(3, counters.AppliedEvents);
        await CommandAsync("DEL", key);
        if (name == "events")
        {
            await AppendAsync(0, 3);
        }

        await Eventually.IsTrueAsync(() => counters.AppliedEvents == 6);
        Assert.Equal(0, counters.DeadEntries);
        await consumer.StopAsync(default);
    }

    [Fact]
    public async Task Redis_EmptiedWhileConsuming_IsGoneOnWithFromNothing()
    {
        var counters = new ConsumerCounters();
        using var consumer = await StartConsumerAsync(counters);
        await AppendAsync(0, 3);
        await Eventually.IsTrueAsync(() => counters.AppliedEvents == 3);
        await CommandAsync("FLUSHALL");
        _batches = 0;
        await AppendAsync(0, 4);
        await Eventually.IsTrueAsync(() => counters.AppliedEvents == 7);
        Assert.Equal("4", (await _log.GetState(0).GetAsync(["count"], default))[0]!["n"]);

        // The group alone, as an operator may remove it.
        await CommandAsync("XGROUP", "DESTROY", "fakeai:{0}:events", "collectors");
        await AppendAsync(0, 2);
        await Eventually.IsTrueAsync(() => counters.AppliedEvents == 9);
        await CommandAsync("SCRIPT", "FLUSH");
        await AppendAsync(0, 1);
        await Eventually.IsTrueAsync(() => counters.AppliedEvents == 10);
        await consumer.StopAsync(default);
    }

    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory", true)]
    [InlineData("BUSY Redis is busy running a script", true)]
    [InlineData("READONLY You can't write against a read only replica.", true)]
    [InlineData("MASTERDOWN Link with MASTER is down", true)]
    [InlineData("OOM command not allowed", true)]
    [InlineData("NOGROUP No such key", true)]
    [InlineData("FOREIGN key", true)]
    [InlineData("WRONGTYPE Operation against a key", false)]
    [InlineData("ERR hash value is not an integer", false)]
    public async Task Refusal_ByWhatItSays_IsWorthTryingAgainOrNot(string message, bool passing)
    {
        var session = new RedisSession(() => redis.Connection, Options.Create(_options), TimeProvider.System);
        var call = () => session.ExecuteAsync("EVAL", ["return redis.error_reply(ARGV[1])", "0", message], default).AsTask();
        var thrown = await Assert.ThrowsAnyAsync<Exception>(call);
        Assert.Equal(passing ? typeof(EventLogUnavailableException) : typeof(EventLogRejectedException), thrown.GetType());
        Assert.StartsWith(message, thrown.Message);
    }

    private static IEnumerable<int> Tokens(IEnumerable<LogEntry> entries) =>
        entries.Select(e => ((StreamProgress)EventJson.Read(e.Payload).Data).OutputTokens);

    private Task<RedisResult> CommandAsync(string command, params object[] args) => redis.Connection.GetDatabase().ExecuteAsync(command, args);

    private async Task<(ShardLease Lease, long Version)> AcquireAsync()
    {
        var answer = await _log.AcquireAsync(0, "one", default);
        return (answer.Lease!, answer.Position.Version);
    }

    private async Task AppendAsync(int shard, int events)
    {
        byte[][] payloads =
        [
            .. Enumerable.Range(1, events).Select(i => EventJson.ToBytes(
                new FakeAiEvent($"{shard}-{i}", 1, "req_1", "gateway", "gateway-1", i, null, new StreamProgress(i, 1)))),
        ];
        await _log.AppendAsync(new EventBatch("p", shard, ++_batches, payloads), rebase: true, default);
    }

    private async Task<EventConsumer> StartConsumerAsync(ConsumerCounters counters)
    {
        var consumer = new EventConsumer(
            _log, new EventOrigin("collector", "one"), new Counting(), counters, Options.Create(_options), TimeProvider.System,
            NullLogger<EventConsumer>.Instance);
        await consumer.StartAsync(default);
        return consumer;
    }

    private sealed class Counting : IEventBatchHandler
    {
        public ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
            int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<StateOp>>(
                [new IncrementFields("count", [KeyValuePair.Create("n", (long)events.Count)]), new AppendLive("x")]);
    }
}
