using System.IO.Pipelines;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Tests.Streaming;

public sealed class StreamManagerTests
{
    [Fact]
    public async Task Pause_HoldsTheScheduleAndResumeShiftsItByThePause()
    {
        using var world = new StreamWorld();
        var pipe = new Pipe();
        var stream = world.Start(6, 10, 10, pipe.Writer);
        var id = stream.Handle.Context.Id;
        world.Run(25);
        Assert.Equal("<t0t1", StreamWorld.Take(pipe.Reader));
        Assert.Equal(CommandResult.Done, world.Manager.Pause(id));
        Assert.Equal(CommandResult.WrongState, world.Manager.Pause(id));
        world.Run(1000);
        Assert.Equal("", StreamWorld.Take(pipe.Reader));
        Assert.Equal(("paused", "admin"), (world.Manager.Status(id)!.State, world.Manager.Status(id)!.Cause));
        Assert.Equal(CommandResult.Done, world.Manager.Resume(id));
        Assert.Equal(CommandResult.WrongState, world.Manager.Resume(id));
        world.Run(3);
        Assert.Equal("", StreamWorld.Take(pipe.Reader));
        world.Run(4);
        Assert.Equal("t2", StreamWorld.Take(pipe.Reader));
        world.Run(40);
        var outcome = await stream.Completion;
        Assert.Equal((StreamEnd.Completed, 6, 0), (outcome.End, outcome.Tokens, outcome.MergedChunks));
        Assert.InRange(outcome.MaxLagUs, 0, 1_000);
        stream.Handle.Dispose();
        var status = world.Manager.Status(id)!;
        Assert.Equal(("completed", 100.0, 6), (status.State, status.ProgressPercent, status.Metrics.Tokens));
        Assert.InRange(status.Metrics.PausedMs, 999, 1_002);
        Assert.InRange(status.Metrics.JitterMs!.Value, 0, 1);
        Assert.InRange(status.Metrics.Smoothness!.Value, 0.9, 1);
        Assert.Equal(10, status.Metrics.TimeToFirstChunkMs);
    }

    [Fact]
    public async Task Pause_LongerThanTheIdleTimeout_EndsTheStream()
    {
        using var world = new StreamWorld(new EngineOptions { IdleTimeoutSeconds = 2 });
        var stream = world.Start(100, 10, 10, new Pipe().Writer);
        world.Run(15);
        world.Manager.Pause(stream.Handle.Context.Id);
        world.Run(1_990);
        Assert.False(stream.Completion.IsCompleted);
        world.Run(20);
        var outcome = await stream.Completion;
        Assert.Equal((StreamEnd.TimedOut, StreamError.IdleTimeout, 0), (outcome.End, outcome.Error, world.Wheel.Count));
    }

    [Fact]
    public async Task ReaderThatNeverReads_MergesThenPausesThenTimesOut_WithBoundedMemory()
    {
        using var world = new StreamWorld(new EngineOptions { IdleTimeoutSeconds = 3 });
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64, resumeWriterThreshold: 32, useSynchronizationContext: false));
        var stream = world.Start(100_000, 1, 1, pipe.Writer);
        world.Run(900);
        Assert.Equal("running", world.Manager.Status(stream.Handle.Context.Id)!.State);
        var written = stream.Handle.Recorder.Snapshot().Bytes;
        world.Run(300);
        var status = world.Manager.Status(stream.Handle.Context.Id)!;
        Assert.Equal(("paused", "client"), (status.State, status.Cause));
        Assert.Equal(CommandResult.WrongState, world.Manager.Resume(status.Id));
        world.Run(2_000);
        var outcome = await stream.Completion;
        Assert.Equal((StreamEnd.TimedOut, StreamError.IdleTimeout, true), (outcome.End, outcome.Error, outcome.Stuck));
        Assert.Equal(written, stream.Handle.Recorder.Snapshot().Bytes);
        Assert.InRange(written, 1, 200);
        Assert.Equal(0, world.Wheel.Count);
    }

    [Fact]
    public async Task ReaderThatComesBack_ResumesTheStreamInBoundedWrites()
    {
        using var world = new StreamWorld();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var stream = world.Start(30_000, 0, 0, pipe.Writer, encoder: new WideEncoder());
        var largest = 0;
        var total = 0;
        world.Run(2_000);
        Assert.Equal("paused", world.Manager.Status(stream.Handle.Context.Id)!.State);
        for (var i = 0; i < 2_000 && !stream.Completion.IsCompleted; i++)
        {
            var taken = StreamWorld.Take(pipe.Reader).Length;
            (largest, total) = (Math.Max(largest, taken), total + taken);
            world.Run(20);
        }

        var end = pipe.Writer.FlushAsync(TestContext.Current.CancellationToken).AsTask();
        total += StreamWorld.Take(pipe.Reader).Length;
        await end.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal(StreamEnd.Completed, (await stream.Completion.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)).End);
        Assert.Equal(30_000 * WideEncoder.Width, total);
        Assert.InRange(largest, WideEncoder.Width, PacedStream.MostMergedBytes + WideEncoder.Width);
    }

    [Fact]
    public async Task KeepAlive_BeforeTheFirstChunkBetweenChunksAndWhilePaused_ButNotForOtherFormats()
    {
        using var world = new StreamWorld(new EngineOptions { KeepAliveSeconds = 1 });
        var (events, lines) = (new Pipe(), new Pipe());
        var stream = world.Start(3, 2_500, 1_500, events.Writer, frame: StreamFrame.ServerSentEvents);
        world.Start(3, 2_500, 1_500, lines.Writer, frame: StreamFrame.JsonLines);
        world.Run(2_400);
        Assert.Equal(": keep-alive\n\n: keep-alive\n\n", StreamWorld.Take(events.Reader));
        world.Run(1_200);
        Assert.Equal("<t0: keep-alive\n\n", StreamWorld.Take(events.Reader));
        world.Manager.Pause(stream.Handle.Context.Id);
        world.Run(2_000);
        Assert.Equal(": keep-alive\n\n: keep-alive\n\n", StreamWorld.Take(events.Reader));
        world.Manager.Cancel(stream.Handle.Context.Id);
        world.Run(1);
        var outcome = await stream.Completion;
        Assert.Equal((StreamEnd.Cancelled, StreamError.Cancelled, true, false), (outcome.End, outcome.Error, outcome.Started, outcome.Stuck));
        Assert.Equal(5, stream.Handle.Recorder.Snapshot().KeepAlives);
        Assert.Equal("<t0t1", StreamWorld.Take(lines.Reader));
    }

    [Fact]
    public void Lifecycle_RacedByManyThreads_EndsInOneState()
    {
        for (var round = 0; round < 200; round++)
        {
            var lifecycle = new StreamLifecycle();
            lifecycle.TryMove(StreamState.Running);
            var won = 0;
            StreamState[] ends = [StreamState.Completed, StreamState.Cancelled, StreamState.Failed, StreamState.TimedOut];
            Parallel.ForEach(ends, end => Interlocked.Add(ref won, lifecycle.TryMove(end) ? 1 : 0));
            Assert.Equal(1, won);
            Assert.True(lifecycle.State.IsFinal());
            Assert.False(lifecycle.TryMove(StreamState.Running) || lifecycle.TryMove(StreamState.Paused, StreamCause.Admin));
        }
    }

    [Fact]
    public void Books_KeepTheNewestThousandEndedStreamsAndTellSameIdsApart()
    {
        using var world = new StreamWorld();
        using (var first = world.Open("req_same"))
        using (var second = world.Open("req_same"))
        {
            Assert.Equal("req_same.2", second.Context.Id);
            Assert.Equal(("initializing", 2), (world.Manager.Status("req_same.2")!.State, world.Manager.List(null, null).Active));
            Assert.Equal(CommandResult.WrongState, world.Manager.Pause("req_same"));
            Assert.Equal(CommandResult.Done, world.Manager.Cancel("req_same"));
            Assert.Equal(CommandResult.WrongState, world.Manager.Cancel("req_same"));
            Assert.True(first.Stopping.IsCancellationRequested);
        }

        Assert.Equal(["cancelled"], world.Manager.List("cancelled", "GPT-4o").Streams.Select(s => s.State));
        Assert.Equal(["failed"], world.Manager.List("failed", null).Streams.Select(s => s.State));
        for (var i = 0; i < 1_500; i++)
        {
            world.Open().Dispose();
        }

        Assert.Equal((0, StreamRegistry.MostEnded), (world.Manager.Running, world.Manager.Remembered));
        Assert.Null(world.Manager.Status("req_same"));
        Assert.Equal(CommandResult.Unknown, world.Manager.Cancel("req_same"));
        Assert.Equal(CommandResult.WrongState, world.Manager.Resume("req_1499"));
        Assert.Equal("req_1499", world.Manager.List(null, null).Streams[0].Id);
    }

    [Fact]
    public async Task AdaptiveChunks_WhenTheReaderStalls_JoinPiecesAndThenShrinkAgain()
    {
        using var world = new StreamWorld();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var chunker = new AdaptiveChunker(targetDelayMs: 50);
        var stream = world.Start(400, 10, 10, pipe.Writer, encoder: new JoiningEncoder(), chunker: chunker);
        world.Run(500);
        var text = StreamWorld.Take(pipe.Reader);
        world.Run(20);
        Assert.InRange(chunker.Size, 2, 64);
        for (var i = 0; i < 5_000 && !stream.Completion.IsCompleted; i++)
        {
            text += StreamWorld.Take(pipe.Reader);
            world.Run(1);
        }

        var end = pipe.Writer.FlushAsync(TestContext.Current.CancellationToken).AsTask();
        text += StreamWorld.Take(pipe.Reader);
        await end.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var chunks = text.Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 400), chunks.SelectMany(c => c.Split(',')).Select(int.Parse));
        Assert.Contains(chunks, c => c.Contains(',', StringComparison.Ordinal));
        Assert.Equal(1, chunker.Size);
        Assert.DoesNotContain(',', chunks[^1]);
        Assert.Equal((400, chunks.Length), ((await stream.Completion).Tokens, stream.Handle.Recorder.Progress.Chunks));
    }

    internal sealed class WideEncoder : IChunkEncoder
    {
        public const int Width = 200;

        public void WriteStart(PipeWriter output)
        {
        }

        public void WriteStep(PipeWriter output, int step)
        {
            output.GetSpan(Width)[..Width].Fill((byte)'w');
            output.Advance(Width);
        }

        public void WriteEnd(PipeWriter output)
        {
        }
    }

    private sealed class JoiningEncoder : IChunkEncoder
    {
        public void WriteStart(PipeWriter output)
        {
        }

        public void WriteStep(PipeWriter output, int step) => WriteSteps(output, step, step + 1);

        public void WriteSteps(PipeWriter output, int from, int to) =>
            System.Text.EncodingExtensions.GetBytes(System.Text.Encoding.UTF8, string.Join(',', Enumerable.Range(from, to - from)) + "|", output);

        public void WriteEnd(PipeWriter output)
        {
        }
    }
}
