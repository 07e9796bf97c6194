using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Tests;

/// <summary>Who may read and apply a shard.</summary>
public abstract partial class EventLogSuite
{
    [Fact]
    public async Task Lease_Held_IsGivenToNobodyElse()
    {
        var first = await Log.AcquireAsync(0, "one", default);
        var second = await Log.AcquireAsync(0, "two", default);
        Assert.Equal((new ShardLease(0, "one", 1), "one"), (first.Lease, first.Owner));
        Assert.Equal((null, "one"), (second.Lease, second.Owner));
        Assert.NotNull((await Log.AcquireAsync(1, "two", default)).Lease);

        await Log.ReleaseAsync(first.Lease!, default);
        var heir = (await Log.AcquireAsync(0, "two", default)).Lease!;
        Assert.Equal(2, heir.Token);
        await Log.ReleaseAsync(first.Lease!, default);
        Assert.Null((await Log.AcquireAsync(0, "one", default)).Lease);
    }

    [Fact]
    public async Task Lease_TakenAgainByItsHolder_FencesItsOldToken()
    {
        await AppendAsync(1, "a");
        var old = await LeaseAsync("one");
        var entries = await Log.ReadAsync(old, ReadFrom.New, 1, default);
        var lease = await LeaseAsync("one");
        await Assert.ThrowsAsync<ShardLeaseLostException>(() => Log.ApplyAsync(old, Effect(0, entries), default).AsTask());
        Assert.True((await Log.ApplyAsync(lease, Effect(0, entries), default)).Applied);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Entry_InTheHandsOfAPausedOwnerAndItsHeir_IsAppliedOnceInEitherOrder(bool pausedOneFirst)
    {
        await AppendAsync(1, "a");
        var paused = (await Another.AcquireAsync(0, "one", default)).Lease!;
        var entries = await Another.ReadAsync(paused, ReadFrom.New, 10, default);
        await LetLeaseEndAsync();
        var heir = await LeaseAsync("two");
        Assert.Equal(["a"], Texts(await Log.ReadAsync(heir, ReadFrom.Pending, 10, default)));
        var effect = Effect(0, entries, new IncrementFields("d", [Field("n", 1)]));
        if (!pausedOneFirst)
        {
            Assert.True((await Log.ApplyAsync(heir, effect, default)).Applied);
        }

        await Assert.ThrowsAsync<ShardLeaseLostException>(() => Another.ApplyAsync(paused, effect, default).AsTask());
        if (pausedOneFirst)
        {
            Assert.True((await Log.ApplyAsync(heir, effect, default)).Applied);
        }

        Assert.Equal("1", (await GetAsync("d"))!["n"]);
        Assert.Equal(0, await Log.CountAsync(0, default));
        await AppendAsync(2, "b");
        await AppendAsync(3, "c");
        IReadOnlyList<LogEntry> taken = [];
        try
        {
            taken = await Another.ReadAsync(paused, ReadFrom.New, 1, default);
        }
        catch (ShardLeaseLostException)
        {
        }

        // Whether or not the paused one was given it: it applies nothing, and the heir everything in order.
        await Assert.ThrowsAsync<ShardLeaseLostException>(() => Another.ApplyAsync(paused, Effect(1, taken), default).AsTask());
        var rest = await Log.ReadAsync(heir, ReadFrom.New, 10, default);
        Assert.Equal(taken.Count == 0, (await Log.ApplyAsync(heir, Effect(1, rest), default)).Applied);
        if (taken.Count > 0)
        {
            rest = await Log.ReadAsync(heir, ReadFrom.Pending, 10, default);
            Assert.True((await Log.ApplyAsync(heir, Effect(1, rest), default)).Applied);
        }

        Assert.Equal(["b", "c"], Texts(rest));
        Assert.Equal(0, await Log.CountAsync(0, default));
    }

    [Fact]
    public async Task Owners_KilledTwentyTimesBetweenReadAndApply_LeaveTheirEntriesToTheNextInOrder()
    {
        await AppendAsync(1, "a", "b");
        for (var i = 0; i < 20; i++)
        {
            var lease = await LeaseAsync($"victim-{i}");
            await Log.ReadAsync(lease, ReadFrom.New, 1, default);
            await LetLeaseEndAsync();
        }

        var last = await LeaseAsync("last");
        Assert.Equal(["a", "b"], Texts(await Log.ReadAsync(last, ReadFrom.Pending, 10, default)));
        Assert.Empty(await Log.ReadDeadAsync(0, 10, default));
    }

    [Fact]
    public async Task Backlog_OfEntries_CountsWhatIsPendingToo()
    {
        Assert.Equal(default, await Log.GetBacklogAsync(0, default));
        await AppendAsync(1, "a", "b");
        await Log.ReadAsync(await LeaseAsync(), ReadFrom.New, 1, default);
        var backlog = await Log.GetBacklogAsync(0, default);
        Assert.Equal(2, backlog.Entries);
        Assert.InRange(backlog.OldestMs, 0, 60_000);
    }
}
