using FakeAi.Contracts.Events;
using FakeAi.EventBus.Memory;
using FakeAi.EventBus.Publishing;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Tests;

public sealed class InMemoryEventLogTests : EventLogSuite
{
    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryEventLog _log;

    public InMemoryEventLogTests() => _log = new InMemoryEventLog(Options.Create(new EventBusOptions()), _time);

    private protected override IEventLog Log => _log;

    [Fact]
    public async Task ExpiringDocument_TimePassed_IsGone()
    {
        var lease = (await _log.AcquireAsync(0, "one", default)).Lease!;
        await _log.ApplyAsync(lease, new BatchEffect(0, [], [], [new SetFields("a", [Field("x", "1")]), new ExpireDocument("a", 10)]), default);
        Assert.NotNull((await _log.GetState(0).GetAsync(["a"], default))[0]);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null((await _log.GetState(0).GetAsync(["a"], default))[0]);
    }

    [Fact]
    public async Task Lease_ReadUnder_LastsAnew()
    {
        var lease = (await _log.AcquireAsync(0, "one", default)).Lease!;
        _time.Advance(TimeSpan.FromSeconds(4));
        await _log.ReadAsync(lease, ReadFrom.New, 1, default);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Null((await _log.AcquireAsync(0, "two", default)).Lease);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull((await _log.AcquireAsync(0, "two", default)).Lease);
    }

    private protected override Task LetLeaseEndAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        return Task.CompletedTask;
    }
}

public sealed class InMemoryPublishTests : PublishAndConsumeSuite
{
    private readonly InMemoryEventLog _log =
        new(Microsoft.Extensions.Options.Options.Create(new EventBusOptions { LeaseMs = 1_000, MemoryCapacity = 5_000 }), TimeProvider.System);

    private protected override IEventLog Log => _log;

    [Fact]
    public async Task Publish_QueueFull_IsRefusedAndCountedAtOnce()
    {
        using var publisher = new EventPublisher(
            _log, new EventOrigin("gateway", "g"), Microsoft.Extensions.Options.Options.Create(new EventBusOptions { QueueCapacity = 10 }),
            TimeProvider.System, NullLogger<EventPublisher>.Instance);
        var taken = Enumerable.Range(0, 15).Count(i => publisher.Publish(new StreamProgress(i, i), "req_1"));
        Assert.Equal(10, taken);
        Assert.Equal(new EventPublisherStats { Queued = 10, Refused = 5 }, publisher.Stats);
        await publisher.StartAsync(default);
        await publisher.StopAsync(default);
        Assert.Equal(new EventPublisherStats { Sent = 10, Refused = 5 }, publisher.Stats);
        Assert.False(publisher.Publish(new StreamProgress(0, 0)));
    }

    [Fact]
    public async Task Publish_NothingConsumes_MemoryStaysBounded()
    {
        var publisher = await StartPublisherAsync(new EventBusOptions { QueueCapacity = 1_000, MemoryBytes = 65_536, DrainSeconds = 0 });
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            refused += publisher.Publish(new StreamProgress(i, i), "req_1") ? 0 : 1;
        }

        await publisher.StopAsync(default);
        Assert.True(refused > 0);
        Assert.True(await DepthAsync() <= 5_000);
        var stats = publisher.Stats;
        Assert.Equal((20_000, 0), (stats.Lost + stats.Sent + stats.Refused, stats.Queued));
    }
}
