using FakeAi.Contracts.Events;
using FakeAi.TestKit;

namespace FakeAi.EventBus.Tests.Publishing;

public sealed class PublisherFaultTests : PublisherTestBase
{
    private readonly ScriptedLog _log = new();

    [Fact]
    public async Task Publish_LogAway_StaysWithinMemoryAndArrivesOnceInOrderAfterwards()
    {
        const int Count = 300_000;
        var options = Spilling(memoryBytes: 1 << 20);
        var publisher = await StartAsync(_log, options);
        await PublishAsync(publisher, 1);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        _log.Away = true;
        for (var i = 1; i < Count; i += 9_999)
        {
            await PublishAsync(publisher, Math.Min(9_999, Count - i), i);
            Assert.InRange(publisher.MemoryUsed, 0, options.MemoryBytes + (4 * options.BatchBytes));
            AssertAddsUp(Math.Min(Count, i + 9_999), publisher.Stats);
        }

        await Eventually.IsTrueAsync(() => publisher.Stats.Spilled > Count / 2);
        var file = Assert.Single(Files("*.spill"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        }

        _log.Away = false;
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == Count);
        AssertAllOnceInOrder(Count, _log.Events);
        Assert.Equal((0, 0, 0), (publisher.Stats.Queued, publisher.Stats.SpillWaiting, publisher.Stats.Lost));
        Assert.Equal(0, publisher.MemoryUsed);
        await Eventually.IsTrueAsync(() => new FileInfo(file).Length == 48);
        await publisher.StopAsync(default);
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Publish_AnswersLostAndCallsRefused_EachEventArrivesOnceInOrder(int seed)
    {
        var random = new Random(seed);
        _log.Fates = _ =>
        {
            lock (random)
            {
                return random.Next(10) switch { < 2 => Fate.Refused, < 4 => Fate.AnswerLost, _ => Fate.Works };
            }
        };
        var publisher = await StartAsync(_log, Spilling(memoryBytes: 65_536, batchEvents: 50));
        await PublishAsync(publisher, 3_000);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 3_000);
        AssertAllOnceInOrder(3_000, _log.Events);
        AssertAddsUp(3_000, publisher.Stats);
        Assert.True(publisher.Stats.Resent > 0);
    }

    [Fact]
    public async Task Publish_OneShardHangs_OthersGoOn()
    {
        var stuck = Fnv1a.Shard("req_0", 4);
        _log.Fates = batch => batch.Shard == stuck ? Fate.Hangs : Fate.Works;
        var publisher = await StartAsync(_log, Spilling(memoryBytes: 65_536, batchEvents: 20));
        await PublishAsync(publisher, 20_000);
        var others = Enumerable.Range(0, 20_000).Count(i => Fnv1a.Shard($"req_{i % 50}", 4) != stuck);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == others);
        await publisher.StopAsync(default);
        Assert.Equal((20_000 - others, 0), (publisher.Stats.SpillWaiting, publisher.Stats.Lost));
    }

    [Fact]
    public async Task Batch_WhileOneIsUnderWay_FillsUp()
    {
        using var go = new ManualResetEventSlim();
        _log.Fates = batch =>
        {
            go.Wait(TimeSpan.FromSeconds(20));
            return Fate.Works;
        };
        var publisher = await StartAsync(_log, Spilling());
        await PublishAsync(publisher, 1, requests: 1);
        await Eventually.IsTrueAsync(() => _log.Attempts.Count == 1);
        for (var i = 1; i < 250; i += 10)
        {
            await PublishAsync(publisher, 10, i, requests: 1);
            await Task.Delay(4);
        }

        go.Set();
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 251);
        Assert.Equal([1, 200, 50], _log.Batches.Select(b => b.Events.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_NowhereToSpill_RefusesCountsAndKeepsWhatItTook(bool full)
    {
        var options = Spilling(memoryBytes: 65_536, batchEvents: 50);
        options.QueueCapacity = 500;
        options.SpillBytes = full ? 20_000 : options.SpillBytes;
        options.SpillFolder = full ? Folder : "/dev/null/spill";
        var publisher = await StartAsync(_log, options);
        await PublishAsync(publisher, 1);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        _log.Away = true;
        var taken = 1;
        await Eventually.IsTrueAsync(() =>
        {
            while (publisher.Publish(new StreamProgress(taken, taken), $"req_{taken % 50}"))
            {
                taken++;
            }

            return publisher.Stats.Refused > 20;
        });
        Assert.Equal(full, publisher.Stats.Spilled > 0);
        AssertAddsUp(taken, publisher.Stats);
        _log.Away = false;
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == taken);
        AssertAllOnceInOrder(taken, _log.Events);
        Assert.Equal(0, publisher.Stats.Lost);
    }

    [Fact]
    public async Task Stop_LogAwayAndNoFolder_CountsWhatIsLost()
    {
        var publisher = await StartAsync(_log, new EventBusOptions { DrainSeconds = 1 });
        await PublishAsync(publisher, 1);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        _log.Away = true;
        await PublishAsync(publisher, 1_000, 1);
        await publisher.StopAsync(default);
        Assert.Equal(new EventPublisherStats { Sent = 1, Lost = 1_000, Resent = publisher.Stats.Resent }, publisher.Stats);
        Assert.False(publisher.Publish(new StreamProgress(0, 0)));
    }

    [Fact]
    public async Task Stop_HostOutOfTimeButLogAnswers_StillDelivers()
    {
        // On a clock that stands still, so that a busy machine does not use the publisher's own time up.
        var options = Spilling();
        options.LingerMs = 0;
        var publisher = await StartAsync(_log, options, Clock);
        await PublishAsync(publisher, 1_000);
        await publisher.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(new EventPublisherStats { Sent = 1_000 }, publisher.Stats);
    }
}
