using System.Globalization;
using FakeAi.Contracts.Events;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using StackExchange.Redis;

namespace FakeAi.EventBus.Tests.Publishing;

/// <summary>What a real server answers when it cannot take events, and what it forgets when it is killed.</summary>
public sealed class RedisPublisherTests(RedisFixture redis) : PublisherTestBase, IClassFixture<RedisFixture>
{
    public static TheoryData<string, string> Troubles => new()
    {
        { "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0" },
        { "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE" },
        { "SET fakeai:{0}:events foreign", "DEL fakeai:{0}:events" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Publish_ServerRefusesForAWhile_NothingIsLost(string trouble, string mend)
    {
        var log = await redis.NewLogAsync(new EventBusOptions());
        var publisher = await StartAsync(log, Spilling(memoryBytes: 65_536, batchEvents: 50));
        if (trouble[0] != 'S')
        {
            await PublishAsync(publisher, 1);
            await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        }

        await ExecuteAsync(trouble);
        await PublishAsync(publisher, 5_000 - (int)publisher.Stats.Sent, (int)publisher.Stats.Sent);
        await Eventually.IsTrueAsync(() => publisher.Stats is { Resent: > 0, Spilled: > 0 });
        await ExecuteAsync(mend);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 5_000);
        AssertAllOnceInOrder(5_000, await ReadAsync());
        AssertAddsUp(5_000, publisher.Stats);
    }

    [Fact]
    public async Task IdlePublisher_ServerKilledBeforeItWroteItsLastEntries_SendsThemAgain()
    {
        var log = await redis.NewLogAsync(new EventBusOptions());
        var publisher = await StartAsync(log, Spilling());
        await PublishAsync(publisher, 200);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 200);
        var file = Directory.GetFiles(redis.Server.Folder, "*.incr.aof", SearchOption.AllDirectories).Single();
        var written = new FileInfo(file).Length;
        await PublishAsync(publisher, 200, 200);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 400);
        await redis.Server.KillAsync();
        using (var cut = new FileStream(file, FileMode.Open))
        {
            Assert.True(cut.Length > written + 100);
            cut.SetLength(written + 100);
        }

        await redis.Server.StartAsync();
        await Eventually.IsTrueAsync(async () => publisher.Stats.Resent >= 200 && (await ReadAsync()).Count == 400);
        AssertAllOnceInOrder(400, await ReadAsync());
        Assert.Equal(400, publisher.Stats.Sent);
    }

    [Fact]
    public async Task Stop_ServerGone_EndsSoonAndTheNextProcessDelivers()
    {
        var log = await redis.NewLogAsync(new EventBusOptions());
        var publisher = await StartAsync(log, Spilling());
        await PublishAsync(publisher, 1);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        await redis.Server.KillAsync();
        await PublishAsync(publisher, 999, 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await publisher.StopAsync(limit.Token).WaitAsync(TimeSpan.FromSeconds(25));
        Assert.Equal((999, 0, 0), (publisher.Stats.SpillWaiting, publisher.Stats.Queued, publisher.Stats.Lost));
        await redis.Server.StartAsync();
        await StartAdopterAsync(log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        AssertAllOnceInOrder(1_000, await ReadAsync());
    }

    [Fact]
    public async Task GetLast_OfAProducer_IsItsLastBatchInThatShard()
    {
        var log = await redis.NewLogAsync(new EventBusOptions());
        await log.AppendAsync(new EventBatch("p", 2, 1, ["x"u8.ToArray()]), false, default);
        await log.AppendAsync(new EventBatch("p", 2, 2, []), false, default);
        Assert.Equal((2, 0, 0), (await log.GetLastAsync("p", 2, default), await log.GetLastAsync("p", 1, default), await log.GetLastAsync("q", 2, default)));
        Assert.Equal(1, await log.CountAsync(2, default));
    }

    private async Task ExecuteAsync(string command)
    {
        var words = command.Split(' ');
        await redis.Connection.GetDatabase().ExecuteAsync(words[0], [.. words[1..].Select(object (w) => w)]);
    }

    private async Task<List<FakeAiEvent>> ReadAsync()
    {
        var events = new List<FakeAiEvent>();
        for (var shard = 0; shard < 4; shard++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"fakeai:{{{shard}}}:events");
            try
            {
                var entries = (RedisResult[])(await redis.Connection.GetDatabase().ExecuteAsync("XRANGE", (RedisKey)key, "-", "+"))!;
                events.AddRange(entries.Select(e => EventJson.Read((byte[])((RedisResult[])((RedisResult[])e!)[1]!)[1]!)));
            }
            catch (RedisConnectionException)
            {
                return [];
            }
        }

        return events;
    }
}
