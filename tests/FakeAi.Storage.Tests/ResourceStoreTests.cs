using System.Diagnostics;
using FakeAi.Storage.Memory;
using FakeAi.Storage.Redis;
using FakeAi.Storage.Resources;
using FakeAi.TestKit;
using StackExchange.Redis;

namespace FakeAi.Storage.Tests;

public sealed class InMemoryResourceStoreTests : ResourceStoreSuite
{
    private readonly ManualTimeProvider _time = new();

    public InMemoryResourceStoreTests() => Store = new InMemoryResourceStore(_time);

    private protected override IResourceStore Store { get; }

    private protected override DateTimeOffset Now => _time.GetUtcNow();

    private protected override Task AdvanceAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}

/// <summary>One redis-server for a class of tests, and a connection.</summary>
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

    internal IResourceStore NewStore(TimeSpan? timeout = null) =>
        new RedisResourceStore(new RedisCalls(() => Connection, timeout ?? TimeSpan.FromSeconds(20), TimeProvider.System), TimeProvider.System);
}

public sealed class RedisResourceStoreTests(RedisFixture redis) : ResourceStoreSuite, IClassFixture<RedisFixture>, IAsyncLifetime
{
    private protected override IResourceStore Store { get; } = redis.NewStore();

    private protected override DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync() => await redis.Connection.GetDatabase().ExecuteAsync("FLUSHALL");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Keys_OfAllObjects_CarryOneHashTagAndAreGoneWithThem()
    {
        var database = redis.Connection.GetDatabase();
        var token = TestContext.Current.CancellationToken;
        await Store.CreateAsync(new Resource("batch", "a", "o/p", "{}") { Open = true, ExpiresAt = Now.AddHours(1) }, 9, token);
        await Store.TryLeaseAsync("batch", "a", "one", TimeSpan.FromSeconds(20), token);
        Assert.Equal(
            [
                "fakeai:{resources}:doc:batch:a", "fakeai:{resources}:ends", "fakeai:{resources}:lease:batch:a", "fakeai:{resources}:list:batch:o/p",
                "fakeai:{resources}:open:batch", "fakeai:{resources}:sequence",
            ],
            ((string[])(await database.ExecuteAsync("KEYS", "*"))!).Order());
        await Store.DeleteAsync("batch", "o/p", "a", token);
        Assert.Equal(["fakeai:{resources}:sequence"], (string[])(await database.ExecuteAsync("KEYS", "*"))!);
    }

    private protected override Task AdvanceAsync(TimeSpan time) => Task.Delay(time);
}

public sealed class RedisAbsenceTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Store_RedisKilledFrozenAndBack_SaysSoInTimeAndHasEverything()
    {
        var token = TestContext.Current.CancellationToken;
        var store = redis.NewStore(TimeSpan.FromSeconds(1));

        // The first call connects, which may take longer than a second on a busy machine.
        await redis.NewStore(TimeSpan.FromSeconds(20)).CreateAsync(new Resource("file", "a", "o", "{}"), 9, token);
        await Eventually.IsTrueAsync(async () => await AskAsync() is not null);

        redis.Server.Pause();
        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAsync<ResourceStoreUnavailableException>(async () => await store.GetAsync("file", "o", "a", token));
        redis.Server.Resume();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
        await Eventually.IsTrueAsync(async () => await AskAsync() is not null);

        // The append-only file is written once a second.
        await Task.Delay(1_500, token);
        await redis.Server.KillAsync();
        await Assert.ThrowsAsync<ResourceStoreUnavailableException>(async () => await store.ListAsync(new ResourceQuery("file", "o", 1), token));
        await redis.Server.StartAsync();
        await Eventually.IsTrueAsync(async () => await AskAsync() is not null);
        Assert.Single((await store.ListAsync(new ResourceQuery("file", "o", 1), token))!.Items);

        async Task<Resource?> AskAsync()
        {
            try
            {
                return await store.GetAsync("file", "o", "a", token);
            }
            catch (ResourceStoreUnavailableException)
            {
                return null;
            }
        }
    }
}
