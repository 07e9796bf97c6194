using System.Text;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Tests;

/// <summary>What every event log does, whatever it is made of.</summary>
public abstract partial class EventLogSuite
{
    private static readonly string s_producer = new('a', 32);

    private protected abstract IEventLog Log { get; }

    /// <summary>What a crashed owner's lease comes to.</summary>
    private protected abstract Task LetLeaseEndAsync();

    /// <summary>The same log as another process sees it.</summary>
    private protected virtual IEventLog Another => Log;

    [Fact]
    public async Task ShardCount_AskedTwice_IsSettledOnce()
    {
        Assert.Equal(4, await Log.GetShardCountAsync(default));
        Assert.Equal(4, await Log.GetShardCountAsync(default));
    }

    [Fact]
    public async Task Append_SameBatchAgain_IsInTheLogOnce()
    {
        Assert.Equal(new AppendResult(AppendOutcome.Appended, 1), await AppendAsync(1, "a", "b"));
        Assert.Equal(new AppendResult(AppendOutcome.AlreadyThere, 1), await AppendAsync(1, "a", "b"));
        Assert.Equal(2, await Log.CountAsync(0, default));
    }

    [Fact]
    public async Task Append_NumberLeftOut_IsRefusedUnlessRebased()
    {
        await AppendAsync(1, "a");
        Assert.Equal(new AppendResult(AppendOutcome.Gap, 1), await AppendAsync(4, "d"));
        Assert.Equal(1, await Log.CountAsync(0, default));
        Assert.Equal(
            new AppendResult(AppendOutcome.Appended, 4),
            await Log.AppendAsync(new EventBatch(s_producer, 0, 4, ["d"u8.ToArray()]), rebase: true, default));
        Assert.Equal(new AppendResult(AppendOutcome.Appended, 5), await AppendAsync(5, "e"));
    }

    [Fact]
    public async Task Read_New_GivesEachEntryOnceInOrder()
    {
        await AppendAsync(1, "a", "b", "c");
        var lease = await LeaseAsync();
        Assert.Equal(["a", "b"], Texts(await Log.ReadAsync(lease, ReadFrom.New, 2, default)));
        Assert.Equal(["c"], Texts(await Log.ReadAsync(lease, ReadFrom.New, 2, default)));
        Assert.Empty(await Log.ReadAsync(lease, ReadFrom.New, 2, default));
    }

    [Fact]
    public async Task Read_Pending_GivesWhatWasNotFinished()
    {
        await AppendAsync(1, "a", "b", "c");
        var lease = await LeaseAsync();
        var entries = await Log.ReadAsync(lease, ReadFrom.New, 3, default);
        Assert.Equal(new ApplyResult(false, 0), await Log.ApplyAsync(lease, Effect(0, [entries[1]]), default));
        Assert.True((await Log.ApplyAsync(lease, Effect(0, [entries[0]]), default)).Applied);
        Assert.Equal(["b", "c"], Texts(await Log.ReadAsync(lease, ReadFrom.Pending, 10, default)));
        Assert.Equal(["b"], Texts(await Log.ReadAsync(lease, ReadFrom.Pending, 1, default)));
    }

    [Fact]
    public async Task Apply_OnAnOlderVersion_ChangesNothing()
    {
        await AppendAsync(1, "a");
        var lease = await LeaseAsync();
        var entries = await Log.ReadAsync(lease, ReadFrom.New, 1, default);
        var effect = Effect(0, entries, new IncrementFields("d", [Field("n", 1)]));
        var first = await Log.ApplyAsync(lease, effect, default);
        var second = await Log.ApplyAsync(lease, effect, default);
        Assert.True(first.Applied);
        Assert.Equal(new ApplyResult(false, first.Version), second);
        Assert.Equal("1", (await GetAsync("d"))!["n"]);
        Assert.Equal(0, await Log.CountAsync(0, default));
    }

    [Fact]
    public async Task Apply_Documents_AreIncrementedSetTrimmedAndDeleted()
    {
        await ApplyAsync(
            new IncrementFields("a", [Field("n", 5), Field("big", long.MaxValue - 10)]),
            new SetFields("a", [Field("text", "zwölf \u0001")]),
            new SetFields("b", [Field("x", "1"), Field("y", "2")]),
            new SetFields("c", [Field("x", "1")]));
        await ApplyAsync(
            new IncrementFields("a", [Field("n", -7), Field("big", 3)]),
            new RemoveFields("b", ["x", "none"]),
            new DeleteDocument("c"));
        var documents = await Log.GetState(0).GetAsync(["a", "b", "c", "never"], default);
        Assert.Equal(
            new SortedDictionary<string, string> { ["n"] = "-2", ["big"] = "9223372036854775800", ["text"] = "zwölf \u0001" },
            new SortedDictionary<string, string>(documents[0]!.ToDictionary()));
        Assert.Equal([KeyValuePair.Create("y", "2")], documents[1]!);
        Assert.Null(documents[2]);
        Assert.Null(documents[3]);
    }

    [Fact]
    public async Task Apply_MoreFieldsThanOneLuaCallTakes_AreAllThere()
    {
        var fields = Enumerable.Range(0, 20_000).Select(i => Field($"f{i}", $"{i}")).ToList();
        await ApplyAsync(new SetFields("wide", fields));
        Assert.Equal(20_000, (await GetAsync("wide"))!.Count);
        await ApplyAsync(new RemoveFields("wide", [.. fields.Skip(1).Select(f => f.Key)]));
        Assert.Equal("0", Assert.Single((await GetAsync("wide"))!).Value);
    }

    [Fact]
    public async Task Apply_TrimmedIndex_DropsMembersAndTheirDocuments()
    {
        for (var i = 0; i < 5; i++)
        {
            await ApplyAsync(new SetFields($"row:{i}", [Field("i", $"{i}")]), new AddToIndex("rows", $"{i}", 100 + i));
        }

        await ApplyAsync(new TrimIndex("rows", 3, "row:"));
        Assert.Equal(["4", "3", "2"], await MembersAsync("rows"));
        Assert.Null(await GetAsync("row:1"));
        await ApplyAsync(new AddToIndex("rows", "2", 900), new TrimIndexBelow("rows", 104, "row:"), new RemoveFromIndex("rows", "4"));
        Assert.Equal(["2"], await MembersAsync("rows"));
        Assert.Null(await GetAsync("row:3"));
        Assert.NotNull(await GetAsync("row:4"));
        Assert.Equal(["row:2", "row:4"], (await Log.GetState(0).ChangesAsync(0, default)).Documents.Order());
    }

    [Fact]
    public async Task Changes_AfterAVersion_NameWhatChangedSince()
    {
        await ApplyAsync(new SetFields("a", [Field("x", "1")]), new SetFields("b", [Field("x", "1")]));
        var before = await Log.GetState(0).ChangesAsync(0, default);
        await ApplyAsync(new IncrementFields("b", [Field("x", 1)]), new SetFields("c", [Field("x", "1")]));
        var after = await Log.GetState(0).ChangesAsync(before.Position.Version, default);
        Assert.Equal(["a", "b"], before.Documents.Order());
        Assert.Equal(["b", "c"], after.Documents.Order());
        Assert.Empty((await Log.GetState(0).ChangesAsync(after.Position.Version, default)).Documents);
    }

    [Fact]
    public async Task Live_ItemsAppended_AreReadOnFromAnId()
    {
        var state = Log.GetState(0);
        var end = await state.GetLiveEndAsync(default);
        await ApplyAsync(new AppendLive("one"), new AppendLive("two"));
        var items = await state.ReadLiveAsync(end, 10, default);
        Assert.Equal(["one", "two"], items.Select(i => i.Payload));
        Assert.Equal(items[1].Id, await state.GetLiveEndAsync(default));
        Assert.Equal("two", Assert.Single(await state.ReadLiveAsync(items[0].Id, 10, default)).Payload);
    }

    [Fact]
    public async Task Apply_DeadEntry_IsKeptWithItsReason()
    {
        await AppendAsync(1, "bad");
        var lease = await LeaseAsync();
        var entry = Assert.Single(await Log.ReadAsync(lease, ReadFrom.New, 10, default));
        await Log.ApplyAsync(lease, new BatchEffect(0, [entry.Id], [new DeadEntry(entry, "why")], []), default);
        var dead = Assert.Single(await Log.ReadDeadAsync(0, 10, default));
        Assert.Equal("why", dead.Reason);
        Assert.Equal("bad", Encoding.UTF8.GetString(dead.Entry.Payload));
        Assert.Equal(0, await Log.CountAsync(0, default));
    }

    [Fact]
    public async Task Apply_OperationThatCannotBe_LeavesNothingBehind()
    {
        await ApplyAsync(new IncrementFields("a", [Field("n", 5), Field("zero", 0)]), new SetFields("a", [Field("text", "t")]));
        var before = await Log.GetState(0).ChangesAsync(0, default);
        await AppendAsync(1, "e");
        var lease = await LeaseAsync("suite");
        var entries = await Log.ReadAsync(lease, ReadFrom.New, 1, default);
        var effect = new BatchEffect(
            before.Position.Version, [entries[0].Id], [new DeadEntry(entries[0], "no")],
            [
                new IncrementFields("b", [Field("x", 3), Field("y", -3)]), new IncrementFields("a", [Field("n", 2), Field("text", 1)]),
                new SetFields("c", [Field("x", "1")]), new AppendLive("l"),
            ]);

        await Assert.ThrowsAsync<EventLogRejectedException>(() => Log.ApplyAsync(lease, effect, default).AsTask());
        await Assert.ThrowsAsync<EventLogRejectedException>(
            () => Log.ApplyAsync(lease, effect with { Ops = [new IncrementFields("a", [Field("n", 1), Field("n2", long.MaxValue), Field("n2", 1)])] }, default).AsTask());

        Assert.Equal(("5", "t"), ((await GetAsync("a"))!["n"], (await GetAsync("a"))!["text"]));
        Assert.Null(await GetAsync("b"));
        Assert.Null(await GetAsync("c"));
        Assert.Empty(await Log.ReadDeadAsync(0, 10, default));
        Assert.Empty(await Log.GetState(0).ReadLiveAsync("0", 10, default));
        var after = await Log.GetState(0).ChangesAsync(0, default);
        Assert.Equal((before.Position, "a"), (after.Position, Assert.Single(after.Documents)));
        Assert.Single(await Log.ReadAsync(lease, ReadFrom.Pending, 10, default));
    }

    [Fact]
    public async Task Apply_IncrementAfterAnotherOperation_IsRefused()
    {
        var lease = await LeaseAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => Log.ApplyAsync(
            lease, Effect(0, [], new SetFields("a", [Field("x", "1")]), new IncrementFields("a", [Field("n", 1)])), default).AsTask());
    }

    [Fact]
    public async Task Apply_ClearedDocument_IsATombstoneAndNoChange()
    {
        await ApplyAsync(new SetFields("a", [Field("x", "1")]), new SetFields("b", [Field("x", "1")]));
        await ApplyAsync(new ClearDocument("a", 60), new ClearDocument("new", 60));
        Assert.Equal(StateReset.TombstoneField, Assert.Single((await GetAsync("a"))!).Key);
        Assert.Equal(StateReset.TombstoneField, Assert.Single((await GetAsync("new"))!).Key);
        Assert.Equal(["b"], (await Log.GetState(0).ChangesAsync(0, default)).Documents);
    }

    [Fact]
    public async Task Reset_ClearsWhatIsNamedAndLeavesTombstones()
    {
        await ApplyAsync(
            new SetFields("row:1", [Field("x", "1")]), new SetFields("m:1", [Field("x", "1")]), new SetFields("keep", [Field("x", "1")]),
            new AddToIndex("rows", "1", 1), new AddToIndex("other", "1", 1));
        await AppendAsync(1, "a");
        var before = (await Log.GetState(0).ChangesAsync(0, default)).Position;
        var mark = new SetFields("mark", [Field("t", "1"), Field("u", "2")]);
        var after = await Log.ResetAsync(0, new StateReset(["row:", "m:"], ["rows"], "row:", 60, mark), default);
        Assert.Equal(new ShardPosition(before.Version + 1, before.Epoch + 1), after);
        Assert.Equal(after, (await Log.AcquireAsync(0, "suite", default)).Position);
        Assert.Equal("2", (await GetAsync("mark"))!["u"]);
        Assert.Equal(["mark"], (await Log.GetState(0).ChangesAsync(before.Version, default)).Documents);
        Assert.Equal(StateReset.TombstoneField, Assert.Single((await GetAsync("row:1"))!).Key);
        Assert.Null(await GetAsync("m:1"));
        Assert.Equal(["keep", "mark"], (await Log.GetState(0).ChangesAsync(0, default)).Documents.Order());
        Assert.Empty(await MembersAsync("rows"));
        Assert.Single(await MembersAsync("other"));
        Assert.Equal(1, await Log.CountAsync(0, default));
        Assert.Equal(AppendOutcome.AlreadyThere, (await AppendAsync(1, "a")).Outcome);
    }

    private protected static KeyValuePair<string, string> Field(string name, string value) => KeyValuePair.Create(name, value);

    private protected static KeyValuePair<string, long> Field(string name, long value) => KeyValuePair.Create(name, value);

    private static BatchEffect Effect(long version, IReadOnlyList<LogEntry> entries, params StateOp[] ops) =>
        new(version, [.. entries.Select(e => e.Id)], [], ops);

    private static IEnumerable<string> Texts(IEnumerable<LogEntry> entries) => entries.Select(e => Encoding.UTF8.GetString(e.Payload));

    private ValueTask<AppendResult> AppendAsync(long number, params string[] payloads) =>
        Log.AppendAsync(new EventBatch(s_producer, 0, number, [.. payloads.Select(Encoding.UTF8.GetBytes)]), rebase: false, default);

    private async Task<ShardLease> LeaseAsync(string holder = "one") => (await Log.AcquireAsync(0, holder, default)).Lease!;

    private async Task ApplyAsync(params StateOp[] ops)
    {
        var answer = await Log.AcquireAsync(0, "suite", default);
        Assert.True((await Log.ApplyAsync(answer.Lease!, Effect(answer.Position.Version, [], ops), default)).Applied);
    }

    private async Task<IReadOnlyDictionary<string, string>?> GetAsync(string document) =>
        (await Log.GetState(0).GetAsync([document], default))[0];

    private async Task<IEnumerable<string>> MembersAsync(string index) =>
        (await Log.GetState(0).RangeAsync(index, 100, default)).Select(m => m.Key);
}
