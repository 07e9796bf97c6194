using FakeAi.Storage.Resources;

namespace FakeAi.Storage.Tests;

/// <summary>What every store of objects must do; run for each kind of store.</summary>
public abstract class ResourceStoreSuite
{
    private const string Owner = "org/project";

    private protected abstract IResourceStore Store { get; }

    private protected abstract DateTimeOffset Now { get; }

    private protected abstract Task AdvanceAsync(TimeSpan time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_SameIdTwice_KeepsTheFirst()
    {
        Assert.Equal(CreateOutcome.Created, await Store.CreateAsync(File("a"), 9, Token));
        Assert.Equal(CreateOutcome.Exists, await Store.CreateAsync(File("a") with { Json = "2" }, 9, Token));
        Assert.Equal(File("a") with { Version = 1 }, await Store.GetAsync("file", Owner, "a", Token));
    }

    [Fact]
    public async Task Object_OfAnotherOwner_CannotBeSeenChangedOrDeleted()
    {
        await Store.CreateAsync(File("a"), 9, Token);
        Assert.Null(await Store.GetAsync("file", "other", "a", Token));
        Assert.Empty((await Store.ListAsync(new ResourceQuery("file", "other", 9), Token))!.Items);
        Assert.Null(await Store.ListAsync(new ResourceQuery("file", "other", 9) { After = "a" }, Token));
        Assert.Equal(ChangeOutcome.Missing, await Store.ReplaceAsync(File("a") with { Owner = "other", Version = 1 }, null, Token));
        Assert.False(await Store.DeleteAsync("file", "other", "a", Token));
        Assert.NotNull(await Store.GetAsync("file", Owner, "a", Token));
    }

    [Fact]
    public async Task Create_MoreThanMayBe_IsRefusedUntilOneIsDeleted()
    {
        await FillAsync(3);
        Assert.Equal(CreateOutcome.Full, await Store.CreateAsync(File("x"), 3, Token));
        Assert.Equal(CreateOutcome.Created, await Store.CreateAsync(File("x") with { Owner = "other" }, 3, Token));
        Assert.True(await Store.DeleteAsync("file", Owner, "f01", Token));
        Assert.False(await Store.DeleteAsync("file", Owner, "f01", Token));
        Assert.Equal(CreateOutcome.Created, await Store.CreateAsync(File("y"), 3, Token));
    }

    [Theory]
    [InlineData(true, null, null, 3, "f09 f08 f07", true)]
    [InlineData(true, "f07", null, 3, "f06 f05 f04", true)]
    [InlineData(true, "f02", null, 3, "f01 f00", false)]
    [InlineData(true, null, "f03", 3, "f06 f05 f04", true)]
    [InlineData(true, null, "f08", 3, "f09", false)]
    [InlineData(true, "f09", "f06", 9, "f08 f07", false)]
    [InlineData(false, null, null, 3, "f00 f01 f02", true)]
    [InlineData(false, "f06", null, 3, "f07 f08 f09", false)]
    [InlineData(false, null, "f06", 3, "f03 f04 f05", true)]
    [InlineData(false, "f09", null, 3, "", false)]
    public async Task List_AnyCursor_GivesThatPart(bool descending, string? after, string? before, int limit, string expected, bool more)
    {
        await FillAsync(10);
        var page = await Store.ListAsync(new ResourceQuery("file", Owner, limit) { Descending = descending, After = after, Before = before }, Token);
        Assert.Equal((expected, more), (string.Join(' ', page!.Items.Select(static i => i.Id)), page.HasMore));
    }

    [Fact]
    public async Task List_UnknownCursor_IsTold()
    {
        await FillAsync(2);
        Assert.Null(await Store.ListAsync(new ResourceQuery("file", Owner, 3) { After = "nothing" }, Token));
        Assert.Null(await Store.ListAsync(new ResourceQuery("file", Owner, 3) { Before = "nothing" }, Token));
    }

    [Fact]
    public async Task List_ByLabelAmongMany_FindsThemPageByPage()
    {
        for (var i = 0; i < 1_300; i++)
        {
            await Store.CreateAsync(File($"f{i:D4}") with { Label = i % 400 == 0 ? "rare" : "often" }, 2_000, Token);
        }

        var query = new ResourceQuery("file", Owner, 3) { Label = "rare" };
        var first = await Store.ListAsync(query, Token);
        var second = await Store.ListAsync(query with { After = first!.Items[^1].Id }, Token);
        Assert.Equal(["f1200", "f0800", "f0400"], first.Items.Select(static i => i.Id));
        Assert.True(first.HasMore);
        Assert.Equal(["f0000"], second!.Items.Select(static i => i.Id));
        Assert.False(second.HasMore);
        var all = await Store.ListAsync(query with { Label = null, Limit = 1_299, Descending = false }, Token);
        Assert.Equal(Enumerable.Range(0, 1_299).Select(static i => $"f{i:D4}"), all!.Items.Select(static i => i.Id));
        Assert.True(all.HasMore);
    }

    [Fact]
    public async Task Replace_ByManyAtOnce_LosesNone()
    {
        await Store.CreateAsync(File("a") with { Json = "0" }, 9, Token);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
            {
                var read = (await Store.GetAsync("file", Owner, "a", Token))!;
                var next = int.Parse(read.Json, System.Globalization.CultureInfo.InvariantCulture) + 1;
                done += await Store.ReplaceAsync(read with { Json = $"{next}" }, null, Token) == ChangeOutcome.Changed ? 1 : 0;
            }
        })));
        var last = (await Store.GetAsync("file", Owner, "a", Token))!;
        Assert.Equal(("200", 201), (last.Json, last.Version));
    }

    [Fact]
    public async Task Expired_Object_IsGoneForReadersAndTellsItsEnd()
    {
        await Store.CreateAsync(File("keeps"), 9, Token);
        await Store.CreateAsync(File("ends") with { ExpiresAt = Now.AddSeconds(2) }, 9, Token);
        await Store.CreateAsync(File("longer") with { ExpiresAt = Now.AddSeconds(1) }, 9, Token);
        var changed = (await Store.GetAsync("file", Owner, "longer", Token))!;
        await Store.ReplaceAsync(changed with { ExpiresAt = Now.AddHours(1) }, null, Token);
        Assert.Empty(await Store.ExpiredAsync(9, Token));

        await AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Null(await Store.GetAsync("file", Owner, "ends", Token));
        Assert.True(await Store.ExistsAsync("file", "ends", Token));
        Assert.Equal(["longer", "keeps"], (await Store.ListAsync(new ResourceQuery("file", Owner, 9), Token))!.Items.Select(static i => i.Id));
        Assert.Equal(["ends"], (await Store.ExpiredAsync(9, Token)).Select(static i => i.Id));
        Assert.True(await Store.DeleteAsync("file", Owner, "ends", Token));
        Assert.Empty(await Store.ExpiredAsync(9, Token));
        Assert.False(await Store.ExistsAsync("file", "ends", Token));
    }

    [Fact]
    public async Task Open_Objects_AreListedOldestFirstUntilTheyAreClosed()
    {
        await Store.CreateAsync(new Resource("batch", "a", "one", "{}") { Open = true }, 9, Token);
        await Store.CreateAsync(new Resource("batch", "b", "two", "{}"), 9, Token);
        await Store.CreateAsync(new Resource("batch", "c", "two", "{}") { Open = true }, 9, Token);
        var open = await Store.OpenAsync("batch", 9, Token);
        Assert.Equal(["a", "c"], open.Select(static i => i.Id));

        await Store.ReplaceAsync(open[0] with { Open = false }, null, Token);

        Assert.Equal(["c"], (await Store.OpenAsync("batch", 9, Token)).Select(static i => i.Id));
        Assert.Empty(await Store.OpenAsync("file", 9, Token));
    }

    [Fact]
    public async Task Lease_OfOne_KeepsOthersOutUntilItEnds()
    {
        await Store.CreateAsync(new Resource("batch", "a", Owner, "{}"), 9, Token);
        var batch = (await Store.GetAsync("batch", Owner, "a", Token))!;
        Assert.True(await Store.TryLeaseAsync("batch", "a", "one", TimeSpan.FromSeconds(2), Token));
        Assert.True(await Store.TryLeaseAsync("batch", "a", "one", TimeSpan.FromSeconds(2), Token));
        Assert.False(await Store.TryLeaseAsync("batch", "a", "two", TimeSpan.FromSeconds(2), Token));
        Assert.Equal(ChangeOutcome.LeaseLost, await Store.ReplaceAsync(batch with { Json = "2" }, "two", Token));
        await Store.ReleaseAsync("batch", "a", "two", Token);
        Assert.Equal(ChangeOutcome.Changed, await Store.ReplaceAsync(batch with { Json = "1" }, "one", Token));
        Assert.Equal(ChangeOutcome.Conflict, await Store.ReplaceAsync(batch with { Json = "1" }, "one", Token));

        await AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(ChangeOutcome.LeaseLost, await Store.ReplaceAsync(batch with { Json = "3", Version = 2 }, "one", Token));
        Assert.True(await Store.TryLeaseAsync("batch", "a", "two", TimeSpan.FromSeconds(20), Token));
        await Store.ReleaseAsync("batch", "a", "two", Token);
        Assert.True(await Store.TryLeaseAsync("batch", "a", "one", TimeSpan.FromSeconds(20), Token));
    }

    private static Resource File(string id) => new("file", id, Owner, "{}");

    private async Task FillAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(CreateOutcome.Created, await Store.CreateAsync(File($"f{i:D2}"), count, Token));
        }
    }
}
