using FakeAi.Contracts.Live;
using FakeAi.Contracts.Queries;
using FakeAi.Dashboard.Live;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace FakeAi.Dashboard.Tests.Live;

public class LiveStoreTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly LiveStore _store;

    public LiveStoreTests() => _store = new LiveStore(_time, NullLogger<LiveStore>.Instance);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Apply_ShuffledAndDuplicatedUpdates_GiveTheSameState(int seed)
    {
        var random = new Random(seed);
        LiveMessage[] messages =
        [
            .. Enumerable.Range(0, 50).SelectMany(n => new LiveMessage[]
            {
                new LiveWaterfall([Sample.Active(n, 100 + n)]),
                new LiveWaterfall([Sample.Active(n, 100 + n, tokens: 5)]),
                new LiveWaterfall([Sample.Active(n, 100 + n, tokens: 9)]),
                new LiveWaterfall([Sample.Ended(n, 100 + n, tokens: 9)]),
                new LiveMetrics(new MetricsSnapshot { Timestamp = 1000 + n, TotalRequests = n }, [Sample.Point(500 + n, 1), Sample.Point(499 + n, 3, 40)]),
                new LiveError(Sample.Error(n)),
            }),
        ];
        var shuffled = messages.Concat(messages).ToArray();
        random.Shuffle(shuffled);

        foreach (var message in shuffled)
        {
            _store.Apply(message);
        }

        var state = _store.State;
        Assert.Equal(Enumerable.Range(0, 50).Reverse().Select(Sample.Id), state.Requests.Select(r => r.Value.RequestId));
        Assert.All(state.Requests, r => Assert.Equal("completed", r.Value.Status));
        Assert.Equal(49, state.Metrics!.TotalRequests);
        Assert.Equal(Enumerable.Range(499, 51), state.History.Select(p => (int)p.Value.Time));
        Assert.All(state.History.SkipLast(1), p => Assert.Equal(3, p.Value.Requests));
        Assert.Equal(Enumerable.Range(0, 50).Reverse().Select(n => Sample.Error(n).Id), state.Errors.Select(e => e.Id));
    }

    [Fact]
    public void Apply_Welcome_ReplacesEverything()
    {
        _store.Apply(Sample.Welcome(
            new MetricsSnapshot { Timestamp = 9000, TotalRequests = 10 }, [Sample.Point(1, 5)], [Sample.Ended(1), Sample.Active(2)], [Sample.Error(1)]));
        var before = _store.State;

        _store.Apply(Sample.Welcome(new MetricsSnapshot { Timestamp = 10, TotalRequests = 1 }, [Sample.Point(1, 1)], [Sample.Active(1)], []));

        var state = _store.State;
        Assert.Equal(before.Epoch + 1, state.Epoch);
        Assert.Equal(1, state.Metrics!.TotalRequests);
        Assert.Equal(1, Assert.Single(state.History).Value.Requests);
        Assert.Equal("active", Assert.Single(state.Requests).Value.Status);
        Assert.Empty(state.Errors);
        Assert.Equal(2, before.Requests.Count);
    }

    [Fact]
    public void Apply_SecondCorrectedDownwards_IsTakenButNotTheStraggler()
    {
        LiveMetrics Told(long at, long tokens) => new(new MetricsSnapshot { Timestamp = at }, [Sample.Point(5, 2, tokens)]);

        _store.Apply(Told(6000, 512));
        _store.Apply(Told(7000, 385));
        _store.Apply(Told(6500, 600));

        Assert.Equal(385, Assert.Single(_store.State.History).Value.OutputTokens);
    }

    [Fact]
    public void Apply_MoreThanTheCaps_KeepsActiveAndNewest()
    {
        _store.Apply(new LiveWaterfall([.. Enumerable.Range(0, 1500).Select(n => Sample.Ended(n, 1000 + n)), .. Enumerable.Range(5000, 40).Select(n => Sample.Active(n, 1))]));
        foreach (var n in Enumerable.Range(0, 1200))
        {
            _store.Apply(new LiveError(Sample.Error(n)));
        }

        _store.Apply(new LiveMetrics(new MetricsSnapshot(), [.. Enumerable.Range(0, 900).Select(n => Sample.Point(n, 1))]));

        var state = _store.State;
        Assert.Equal(1040, state.Requests.Count);
        Assert.Equal(40, state.Requests.Count(r => r.Value.EndTime is null));
        Assert.Equal(Sample.Id(500), state.Requests.Last(r => r.Value.EndTime is not null).Value.RequestId);
        Assert.Equal(1000, state.Errors.Count);
        Assert.Equal("e01199", state.Errors[0].Id);
        Assert.Equal(300, state.History.Count);
        Assert.Equal(600, state.History[0].Value.Time);
    }

    [Fact]
    public void Apply_Updates_TellWhatChangedByVersion()
    {
        _store.Apply(new LiveWaterfall([Sample.Active(1), Sample.Active(2)]));
        var seen = _store.State.Version;
        _store.Apply(new LiveWaterfall([Sample.Ended(2)]));

        Assert.Equal(Sample.Id(2), Assert.Single(_store.State.Requests, r => r.Version > seen).Value.RequestId);
        Assert.Equal(_time.GetUtcNow(), _store.State.LastUpdate);
    }

    [Fact]
    public void Subscribe_ManyChanges_CallsOncePerIntervalWithTheLatest()
    {
        var seen = new List<long>();
        using var subscription = _store.Subscribe(LiveTopics.Metrics, TimeSpan.FromMilliseconds(250), () =>
        {
            seen.Add(_store.State.Metrics!.TotalRequests);
            return Task.CompletedTask;
        });

        for (var ms = 1; ms <= 1000; ms++)
        {
            _store.Apply(new LiveMetrics(new MetricsSnapshot { Timestamp = ms, TotalRequests = ms }, []));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([1, 250, 500, 750, 1000], seen);
    }

    [Fact]
    public void Subscribe_IntervalBelowTheLeast_IsRaisedTo100Ms()
    {
        var calls = 0;
        using var subscription = _store.Subscribe(LiveTopics.Errors, TimeSpan.Zero, () =>
        {
            calls++;
            return Task.CompletedTask;
        });

        for (var n = 0; n <= 100; n++)
        {
            _store.Apply(new LiveError(Sample.Error(n)));
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        // At 0, 100, … 1,000 ms.
        Assert.Equal(11, calls);
    }

    [Fact]
    public async Task Subscribe_SlowCallback_IsNotCalledAgainUntilDone()
    {
        var gate = new TaskCompletionSource();
        var calls = 0;
        using var subscription = _store.Subscribe(LiveTopics.Errors, TimeSpan.Zero, () =>
        {
            calls++;
            return gate.Task;
        });

        for (var n = 0; n < 10; n++)
        {
            _store.Apply(new LiveError(Sample.Error(n)));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, calls);
        gate.SetResult();
        await Task.Yield();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, calls);
    }

    [Fact]
    public void Subscribe_CallbackThrowsOrEnds_NeverReachesTheWriter()
    {
        var (failing, others) = (0, 0);
        using var bad = _store.Subscribe(LiveTopics.Errors, TimeSpan.Zero, () => throw new InvalidOperationException($"call {++failing}"));
        var good = _store.Subscribe(LiveTopics.Errors, TimeSpan.Zero, () =>
        {
            others++;
            return Task.CompletedTask;
        });
        using var unrelated = _store.Subscribe(LiveTopics.Waterfall, TimeSpan.Zero, () => throw new InvalidOperationException());

        _store.Apply(new LiveError(Sample.Error(1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        good.Dispose();
        _store.Apply(new LiveError(Sample.Error(2)));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, failing);
        Assert.Equal(1, others);
    }
}
