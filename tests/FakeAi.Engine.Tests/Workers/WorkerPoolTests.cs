using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;
using FakeAi.TestKit;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Tests.Workers;

public sealed class WorkerPoolTests
{
    private static readonly LatencyProfile s_profile = new(180, 35, 10, 2, 1000);
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_SamePromptTwice_FindsItOnTheSameWorkerAndNeverWhole()
    {
        var pool = Pool(workers: 4, batch: 8);
        Assert.Equal((0L, 0L, 0.0, 0, 0.0), (pool.Report().Lookups, pool.Report().Blocks, pool.Report().HitRatio, pool.Report().Active, pool.Report().SavedPrefillMs));
        using var first = await pool.EnterAsync(Prompt(tokens: 640, id: 1), Token);
        using var second = await pool.EnterAsync(Prompt(tokens: 640, id: 1), Token);
        using var other = await pool.EnterAsync(Prompt(tokens: 640, id: 2), Token);
        Assert.Equal((0, 0, 0, 624), (first.Worker, second.Worker, first.CachedTokens, second.CachedTokens));
        Assert.Equal((1, 0), (other.Worker, other.CachedTokens));

        // Beyond the 100 free tokens, 540 had to be computed the first time and none the second.
        Assert.Equal(540_000, second.SavedUs);
        var report = pool.Report();
        Assert.Equal((3L, 1L, 1920L, 624L, 80L), (report.Lookups, report.Hits, report.PromptTokens, report.HitTokens, report.Blocks));
        Assert.Equal((0.325, 624.0, 540.0), (report.HitRatio, report.AverageMatchedPrefix, report.SavedPrefillMs));
        Assert.Equal(["busy", "busy", "idle", "idle"], report.Workers.Select(w => w.State));
    }

    [Fact]
    public async Task Enter_SharedBeginning_FindsTheLongestCommonPrefixAnyWorkerHas()
    {
        var pool = Pool(workers: 3, batch: 8);
        for (ulong id = 1; id <= 3; id++)
        {
            (await pool.EnterAsync(Prompt(640, id), Token)).Dispose();
        }

        // Blocks 1 to 20 of prompt 3, then its own.
        var mixed = Prompt(640, 3);
        var hashes = mixed.Blocks.Hashes.ToArray();
        for (var i = 20; i < hashes.Length; i++)
        {
            hashes[i] ^= 0xF00;
        }

        using var slot = await pool.EnterAsync(mixed with { Blocks = mixed.Blocks with { Hashes = hashes } }, Token);
        Assert.Equal(320, slot.CachedTokens);
    }

    [Fact]
    public async Task Enter_CostOfLoad_OutweighsASmallOverlapOnly()
    {
        var pool = Pool(workers: 2, batch: 100);
        var running = new List<WorkerSlot> { await pool.EnterAsync(Prompt(64, 1), Token) };
        for (var i = 0; i < 5; i++)
        {
            running.Add(await pool.EnterAsync(Prompt(64, 1), Token));
        }

        // Four blocks to compute cost as much as four sequences: the first five stay, then the idle worker is cheaper.
        Assert.Equal([0, 0, 0, 0, 0, 1], running.Select(s => s.Worker));
        running.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Enter_EveryPlaceTaken_WaitsAndTellsHowLong()
    {
        var pool = Pool(workers: 2, batch: 1);
        var one = await pool.EnterAsync(Short(), Token);
        var two = await pool.EnterAsync(Short(), Token);
        var third = pool.EnterAsync(Short(), Token).AsTask();
        Assert.Equal((false, 1, 0L, 0L), (third.IsCompleted, pool.Waiting, one.QueueUs, two.QueueUs));
        Assert.All(pool.Report().Workers, w => Assert.Equal("saturated", w.State));
        _time.Advance(TimeSpan.FromMilliseconds(1234));
        two.Dispose();
        using var slot = await third;
        Assert.Equal((1_234_000L, 1, 0), (slot.QueueUs, slot.Worker, pool.Waiting));
        two.Dispose();
        Assert.Equal(2, pool.Report().Active);
        one.Dispose();
    }

    [Fact]
    public async Task Enter_WorkerWithRoom_ComesBeforeAFullOneThatKnowsThePrompt()
    {
        var pool = Pool(workers: 2, batch: 1);
        using var full = await pool.EnterAsync(Prompt(6_400, 1), Token);
        using var other = await pool.EnterAsync(Prompt(6_400, 1), Token);
        Assert.Equal((0, 1, 0), (full.Worker, other.Worker, other.CachedTokens));
    }

    [Fact]
    public async Task Free_WaitersOfAllClasses_HighFirstInOrderOfArrival()
    {
        var pool = Pool(workers: 1, batch: 1);
        var slot = await pool.EnterAsync(Short(), Token);
        var order = new List<string>();
        var waits = new List<Task>();
        foreach (var (name, priority) in new[]
        {
            ("low1", PriorityClass.Low), ("normal1", PriorityClass.Normal), ("high1", PriorityClass.High),
            ("low2", PriorityClass.Low), ("normal2", PriorityClass.Normal), ("high2", PriorityClass.High),
        })
        {
            waits.Add(RunAsync(pool.EnterAsync(Short(priority), Token), name));
        }

        slot.Dispose();
        await Task.WhenAll(waits);
        Assert.Equal(["high1", "high2", "normal1", "normal2", "low1", "low2"], order);

        async Task RunAsync(ValueTask<WorkerSlot> entering, string name)
        {
            using var mine = await entering;
            order.Add(name);
        }
    }

    [Fact]
    public async Task Free_EndlessHighPriority_DoesNotStarveLow()
    {
        var pool = Pool(workers: 2, batch: 1);
        var running = new Queue<WorkerSlot>([await pool.EnterAsync(Short(), Token), await pool.EnterAsync(Short(), Token)]);
        var high = Enumerable.Range(0, 4).Select(_ => pool.EnterAsync(Short(PriorityClass.High), Token).AsTask()).ToList();
        var low = pool.EnterAsync(Short(PriorityClass.Low), Token).AsTask();
        var places = 0;
        while (!low.IsCompleted)
        {
            Assert.True(places++ <= WaitingRoom.FairEvery * 5, "a request with four before it got no place in forty");
            high.Add(pool.EnterAsync(Short(PriorityClass.High), Token).AsTask());
            running.Dequeue().Dispose();
            var next = await Task.WhenAny([low, .. high]);
            high.Remove(next);
            running.Enqueue(await next);
        }

        // It did wait: high priority went first for a while.
        Assert.True(places >= WaitingRoom.FairEvery);
    }

    [Fact]
    public async Task Enter_FullQueue_IsRefusedAndCounted()
    {
        var pool = Pool(workers: 1, batch: 1, waiting: 1);
        using var slot = await pool.EnterAsync(Short(), Token);
        using var cancel = new CancellationTokenSource();
        var waits = pool.EnterAsync(Short(), cancel.Token).AsTask();
        var refused = await Assert.ThrowsAsync<AdmissionRefusedException>(async () => await pool.EnterAsync(Short(), Token));
        Assert.Equal((false, 1L, 1L), (refused.TimedOut, pool.Refused, pool.Report().Refused));

        // Leaving the queue makes room at once.
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        Assert.Equal(0, pool.Waiting);
        var next = pool.EnterAsync(Short(), Token).AsTask();
        slot.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task Enter_DeadlinePasses_TimesOutAndLeavesTheQueue()
    {
        var pool = Pool(workers: 1, batch: 1);
        using var slot = await pool.EnterAsync(Short(), Token);
        var waits = pool.EnterAsync(Short() with { DeadlineUs = 5_000_000 }, Token).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.False(waits.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.True((await Assert.ThrowsAsync<AdmissionRefusedException>(() => waits)).TimedOut);
        Assert.Equal(0, pool.Waiting);
    }

    [Fact]
    public async Task TenThousandRequests_EndingInEveryWay_LeaveNoPlaceTaken()
    {
        var pool = Pool(workers: 4, batch: 8, waiting: 12);
        var random = new SeededRandom(11);
        var running = new List<WorkerSlot>();
        var waiting = new List<(Task<WorkerSlot> Entering, CancellationTokenSource Cancel)>();
        var ended = new Dictionary<string, int>(StringComparer.Ordinal) { ["completed"] = 0, ["cancelled"] = 0, ["timed out"] = 0, ["refused"] = 0 };
        var begun = 0;
        while (ended.Values.Sum() < 10_000)
        {
            if (begun < 10_000 && random.Next(100) < 55)
            {
                begun++;
                var cancel = new CancellationTokenSource();
                var admission = Prompt(16 + random.Next(300), (ulong)random.Next(20)) with
                {
                    Priority = (PriorityClass)random.Next(3),
                    DeadlineUs = (_time.GetUtcNow().Ticks - StartTicks) / 10 + 20_000 + random.Next(200_000),
                };
                try
                {
                    waiting.Add((pool.EnterAsync(admission, cancel.Token).AsTask(), cancel));
                }
                catch (AdmissionRefusedException)
                {
                    ended["refused"]++;
                    cancel.Dispose();
                }
            }
            else if (random.Next(3) == 0 && waiting.Count > 0)
            {
                await waiting[random.Next(waiting.Count)].Cancel.CancelAsync();
            }
            else if (running.Count > 0)
            {
                var i = random.Next(running.Count);
                running[i].Dispose();
                running[i].Dispose();
                running.RemoveAt(i);
                ended["completed"]++;
            }

            _time.Advance(TimeSpan.FromMilliseconds(random.Next(3)));

            // A wait that ended has yet to go through its own clean-up on another thread.
            while (waiting.Count(static w => !w.Entering.IsCompleted) != pool.Waiting)
            {
                await Task.Yield();
            }

            foreach (var (entering, cancel) in waiting.Where(static w => w.Entering.IsCompleted).ToArray())
            {
                waiting.Remove((entering, cancel));
                cancel.Dispose();
                if (entering.IsCompletedSuccessfully)
                {
                    running.Add(await entering);
                }
                else
                {
                    ended[entering.IsCanceled ? "cancelled" : "timed out"]++;
                }
            }

            var report = pool.Report();
            Assert.True(report.Active <= 32 && report.Waiting <= 12);
            Assert.True(report.Waiting == 0 || report.Active == 32, "somebody waits beside a free place");
        }

        Assert.Equal((0, 0), (pool.Report().Active, pool.Waiting));
        Assert.All(pool.Report().Workers, w => Assert.Equal(("idle", 0), (w.State, w.Waiting)));
        Assert.All(ended.Values, count => Assert.True(count > 50));
        Assert.Equal(10_000, begun);
    }

    private static long StartTicks { get; } = new ManualTimeProvider().GetUtcNow().Ticks;

    private static Admission Short(PriorityClass priority = PriorityClass.Normal) =>
        new(PromptBlocks.None, CacheRule.For("meta"), 10, s_profile, priority, long.MaxValue / 10);

    /// <summary>A prompt of its own, of whole and begun blocks of 16.</summary>
    private static Admission Prompt(int tokens, ulong id)
    {
        var hashes = new ulong[tokens / 16];
        var state = id;
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = state = SeedHash.Mix(state);
        }

        return new Admission(
            new PromptBlocks(hashes, 16, (tokens - 1) / 16, tokens), CacheRule.For("meta"), tokens, s_profile, PriorityClass.Normal, long.MaxValue / 10);
    }

    private WorkerPool Pool(int workers, int batch, int waiting = 1_000)
    {
        var options = new EngineOptions();
        (options.Workers.Count, options.Workers.MaxBatch, options.Workers.MaxWaiting) = (workers, batch, waiting);
        return new WorkerPool(new EngineClock(_time), _time, Options.Create(options));
    }
}
