using FakeAi.Contracts.Events;
using FakeAi.EventBus.Redis;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace FakeAi.EventBus.Tests;

/// <summary>One redis-server for a class of tests, emptied before each, and a connection.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    public RedisProcess Server { get; private set; } = null!;

    public ConnectionMultiplexer Connection { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RedisProcess.RunAsync("secret-of-the-test");
        Connection = await ConnectionMultiplexer.ConnectAsync(Server.ConnectionString + ",abortConnect=false,connectRetry=1,connectTimeout=1000");
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.CloseAsync(allowCommandsToComplete: false);
        await Server.DisposeAsync();
    }

    internal async Task<IEventLog> NewLogAsync(EventBusOptions options)
    {
        await Connection.GetDatabase().ExecuteAsync("FLUSHALL");
        return Another(options);
    }

    /// <summary>The log as another process sees it.</summary>
    internal IEventLog Another(EventBusOptions options) => new RedisEventLog(() => Connection, Options.Create(options), TimeProvider.System);
}

public sealed class RedisEventLogTests(RedisFixture redis) : EventLogSuite, IClassFixture<RedisFixture>, IAsyncLifetime
{
    private IEventLog _log = null!;

    private protected override IEventLog Log => _log;

    private protected override IEventLog Another { get; } = redis.Another(new EventBusOptions { CallTimeoutMs = 20_000 });

    public async ValueTask InitializeAsync() => _log = await redis.NewLogAsync(new EventBusOptions { CallTimeoutMs = 20_000 });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Keys_OfAShard_CarryItsHashTag()
    {
        await _log.AppendAsync(new EventBatch("p", 2, 1, ["x"u8.ToArray()]), false, default);
        var lease = (await _log.AcquireAsync(2, "one", default)).Lease!;
        await _log.ApplyAsync(lease, new BatchEffect(0, [], [], [new SetFields("a", [Field("x", "1")])]), default);
        var keys = (string[])(await redis.Connection.GetDatabase().ExecuteAsync("KEYS", "*"))!;
        Assert.Equal(
            ["fakeai:{2}:dirty", "fakeai:{2}:events", "fakeai:{2}:fence", "fakeai:{2}:owner", "fakeai:{2}:producer:p", "fakeai:{2}:s:a", "fakeai:{2}:version"], keys.Order());
    }

    [Fact]
    public async Task Scripts_FlushedFromRedis_AreLoadedAgain()
    {
        var database = redis.Connection.GetDatabase();
        await _log.AppendAsync(new EventBatch("p", 0, 1, ["x"u8.ToArray()]), false, default);
        await database.ExecuteAsync("SCRIPT", "FLUSH");
        Assert.Equal(AppendOutcome.Appended, (await _log.AppendAsync(new EventBatch("p", 0, 2, ["y"u8.ToArray()]), false, default)).Outcome);
    }

    /// <summary>At once; that Redis ends a lease by itself is what <see cref="RedisFailureTests"/> wait for.</summary>
    private protected override Task LetLeaseEndAsync() => redis.Connection.GetDatabase().ExecuteAsync("PEXPIRE", "fakeai:{0}:owner", "0");
}

public sealed class RedisPublishTests(RedisFixture redis) : PublishAndConsumeSuite, IClassFixture<RedisFixture>, IAsyncLifetime
{
    private IEventLog _log = null!;

    private protected override IEventLog Log => _log;

    public async ValueTask InitializeAsync() => _log = await redis.NewLogAsync(Options);

    public async ValueTask DisposeAsync() => await StopPublishersAsync();

    [Fact]
    public async Task Publish_WhileRedisIsAway_IsDeliveredWhenItComesBack()
    {
        var handler = new CountingHandler();
        var publisher = await StartPublisherAsync();
        using var consumer = await StartConsumerAsync("one", handler);
        publisher.Publish(new StreamProgress(0, 0), "req_0");
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        await redis.Server.KillAsync();
        for (var i = 1; i < 2_000; i++)
        {
            Assert.True(publisher.Publish(new StreamProgress(i, i), $"req_{i}"));
        }

        await redis.Server.StartAsync();
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 2_000, TimeSpan.FromSeconds(40));
        await Eventually.IsTrueAsync(async () => await DepthAsync() == 0 && handler.Ids.Count == 2_000, TimeSpan.FromSeconds(40));
        Assert.Equal(2_000, await CountedAsync());
        await consumer.StopAsync(default);
    }
}
