using System.IO.Pipelines;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Tests.Streaming;

/// <summary>Runs with nothing beside it: tests that measure the heap of the whole process, or listen to all of it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneDefinition
{
    public const string Name = "alone";
}

[Collection(AloneDefinition.Name)]
public sealed class StreamLoadTests
{
    [Fact]
    public void Tick_OfRunningStreams_AllocatesNothingPerChunk()
    {
        using var world = new StreamWorld();
        for (var i = 0; i < 10; i++)
        {
            world.Start(2_000, 1, 1, new NullWriter(), new Silent(), new StreamManagerTests.WideEncoder(), frame: StreamFrame.ServerSentEvents);
        }

        world.Run(300);
        var allocated = 0L;
        for (var ms = 0; ms < 1_000; ms++)
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            world.Wheel.Tick(world.Clock.NowUs);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // 10,000 chunks; what is left over for the runtime's own business is not a byte each.
        Assert.InRange(allocated, 0, 9_999);
    }

    [Fact]
    public async Task TenThousandStreams_AbortedCancelledAndFinished_EndOnceAndLeaveNothing()
    {
        const int Count = 10_000;
        using var world = new StreamWorld(new EngineOptions { MaxStreams = Count });
        await RoundAsync(world, Count);
        var before = Heap();
        var ends = await RoundAsync(world, Count);
        var after = Heap();
        Assert.Equal(
            (3, 3_333, 3_334, 3_333),
            (ends.Count, ends[(StreamEnd.Completed, StreamCause.None)], ends[(StreamEnd.Cancelled, StreamCause.Client)], ends[(StreamEnd.Cancelled, StreamCause.Admin)]));
        Assert.InRange(after, 0, before * 1.05);
        Assert.Equal((0, 0, 0, StreamRegistry.MostEnded), (world.Manager.Active, world.Manager.Running, world.Wheel.Count, world.Manager.Remembered));
    }

    private static async Task<Dictionary<(StreamEnd End, StreamCause Cause), int>> RoundAsync(StreamWorld world, int count)
    {
        var random = new Randomness.SeededRandom(7);
        var running = new List<(Task<StreamOutcome> Ended, string Id, int AtMs, CancellationTokenSource Client, int Kind)>(count);
        for (var i = 0; i < count; i++)
        {
            Assert.True(world.Manager.TryTake());
            var client = new CancellationTokenSource();

            // Those that finish do so within 500 ms; the others would go on for longer than the round.
            var steps = i % 3 == 2 ? 1 + random.Next(20) : 100;
            var stream = world.Make(StreamWorld.Every(steps, 1 + random.Next(100), 10 + random.Next(10)), PipeWriter.Create(Stream.Null));
            running.Add((ServeAsync(world, stream, client.Token), stream.Handle.Context.Id, 1 + random.Next(300), client, i % 3));
        }

        for (var ms = 1; ms <= 600; ms++)
        {
            world.Run(1);
            foreach (var stream in running.Where(s => s.AtMs == ms))
            {
                if (stream.Kind == 0)
                {
                    await stream.Client.CancelAsync();
                }
                else if (stream.Kind == 1)
                {
                    world.Manager.Cancel(stream.Id);
                }
            }
        }

        var outcomes = await Task.WhenAll(running.Select(s => s.Ended)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        foreach (var stream in running)
        {
            stream.Client.Dispose();
        }

        world.Run(1);
        return outcomes.GroupBy(o => (o.End, o.Cause)).ToDictionary(g => g.Key, g => g.Count());
    }

    private static async Task<StreamOutcome> ServeAsync(StreamWorld world, PacedStream stream, CancellationToken aborted)
    {
        try
        {
            using (stream.Handle)
            {
                return await world.Manager.RunAsync(stream, aborted);
            }
        }
        finally
        {
            world.Manager.Release();
        }
    }

    private static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed class Silent : IStreamObserver
    {
        public void FirstToken(long afterUs)
        {
        }

        public void Progress(int tokens, long afterUs)
        {
        }
    }

    private sealed class NullWriter : PipeWriter
    {
        private readonly byte[] _buffer = new byte[4096];
        private long _unflushed;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => _unflushed;

        public override void Advance(int bytes) => _unflushed += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            _unflushed = 0;
            return ValueTask.FromResult(default(FlushResult));
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
