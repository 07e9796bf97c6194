using FakeAi.EventBus.Publishing;
using FakeAi.TestKit;

namespace FakeAi.EventBus.Tests.Publishing;

/// <summary>The log forgets batches that it acknowledged, as a server does that is killed before it wrote them down.</summary>
public sealed class PublisherRefillTests : PublisherTestBase
{
    private readonly ScriptedLog _log = new(shards: 1);

    [Theory]
    [InlineData(2_500)]
    [InlineData(5_000)]
    public async Task IdleShard_LogForgot_SendsAgainWhatIsKept(int afterMs)
    {
        var publisher = await StartQuietAsync(batches: 5);
        Clock.Advance(TimeSpan.FromMilliseconds(afterMs - 100));
        await Task.Delay(50);
        _log.Forget(0, 3);
        await ClockUntilAsync(() => _log.Batches.Count == 5, TimeSpan.FromMilliseconds(100));
        Assert.Equal([1, 2, 3, 4, 5], _log.Batches.Select(b => b.Number));
        AssertAllOnceInOrder(5, _log.Events);
        Assert.Equal((5, 3), (publisher.Stats.Sent, publisher.Stats.Resent));
    }

    [Fact]
    public async Task IdleShard_LogAwayLongerThanTheWindow_StillSendsAgain()
    {
        await StartQuietAsync(batches: 3);
        _log.Away = true;
        for (var i = 0; i < 30; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2);
        }

        _log.Forget(0, 3);
        _log.Away = false;
        await ClockUntilAsync(() => _log.Batches.Count == 3, TimeSpan.FromMilliseconds(100));
        AssertAllOnceInOrder(3, _log.Events);
    }

    [Fact]
    public async Task Refill_FailingInItsMidst_IsBegunAgainAndLeavesNothingOut()
    {
        var publisher = await StartQuietAsync(batches: 6);
        _log.Forget(0, 4);
        var calls = 0;
        _log.Fates = _ => ++calls switch { 3 => Fate.Refused, 5 => Fate.AnswerLost, 6 => Fate.Refused, _ => Fate.Works };
        await PublishAsync(publisher, 1, 6, requests: 1);
        await ClockUntilAsync(() => publisher.Stats.Sent == 7, TimeSpan.FromMilliseconds(50));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], _log.Batches.Select(b => b.Number));
        AssertAllOnceInOrder(7, _log.Events);
    }

    [Fact]
    public async Task Refill_LogForgetsWhatWasSentAgain_SendsItOnceMore()
    {
        var publisher = await StartQuietAsync(batches: 4);
        _log.Forget(0, 2);
        await PublishAsync(publisher, 1, 4, requests: 1);
        await ClockUntilAsync(() => publisher.Stats.Sent == 5, TimeSpan.FromMilliseconds(50));
        Clock.Advance(TimeSpan.FromSeconds(2));
        _log.Forget(0, 5);
        await ClockUntilAsync(() => _log.Batches.Count == 5, TimeSpan.FromMilliseconds(100));
        AssertAllOnceInOrder(5, _log.Events);
    }

    [Fact]
    public async Task Refill_WindowBoundedByBytes_GoesOnWithWhatIsLeftOfIt()
    {
        var options = Spilling();
        options.KeptBytes = 600;
        var publisher = await StartQuietAsync(batches: 10, options);
        _log.Forget(0, 10);
        await PublishAsync(publisher, 1, 10, requests: 1);
        await ClockUntilAsync(() => publisher.Stats.Sent == 11, TimeSpan.FromMilliseconds(50));
        var numbers = _log.Batches.Select(b => b.Number).ToList();
        Assert.InRange(numbers.Count, 2, 5);
        Assert.Equal(Enumerable.Range(12 - numbers.Count, numbers.Count).Select(n => (long)n), numbers);
    }

    [Fact]
    public async Task Spilled_LogForgotThem_AreReadFromTheFileAgain()
    {
        var options = Spilling(memoryBytes: 65_536, batchEvents: 20);
        options.LingerMs = 0;
        var publisher = await StartAsync(_log, options, Clock);
        await PublishAsync(publisher, 1);
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        _log.Away = true;
        await PublishAsync(publisher, 1_999, 1);
        await Eventually.IsTrueAsync(() => publisher.Stats.Spilled > 0);
        _log.Away = false;
        await ClockUntilAsync(() => publisher.Stats.Sent == 2_000, TimeSpan.FromMilliseconds(200));
        var batches = _log.Batches.Count;
        _log.Forget(0, batches - 3);
        await ClockUntilAsync(() => _log.Batches.Count == batches, TimeSpan.FromMilliseconds(100));
        AssertAllOnceInOrder(2_000, _log.Events);
        await ClockUntilAsync(() => new FileInfo(Assert.Single(Files("*.spill"))).Length == 48, TimeSpan.FromSeconds(1));
    }

    /// <summary>A publisher on the test's clock that had so many batches of one event acknowledged.</summary>
    private async Task<EventPublisher> StartQuietAsync(int batches, EventBusOptions? options = null)
    {
        options ??= Spilling();
        options.LingerMs = 0;
        var publisher = await StartAsync(_log, options, Clock);
        for (var i = 0; i < batches; i++)
        {
            await PublishAsync(publisher, 1, i, requests: 1);
            await Eventually.IsTrueAsync(() => publisher.Stats.Sent == i + 1);
        }

        Assert.Equal(batches, _log.Batches.Count);
        return publisher;
    }

    private Task ClockUntilAsync(Func<bool> condition, TimeSpan step) => Eventually.IsTrueAsync(() =>
    {
        Clock.Advance(step);
        return condition();
    });
}
