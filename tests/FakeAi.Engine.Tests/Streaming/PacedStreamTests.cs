using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Tests.Streaming;

public sealed class PacedStreamTests : IDisposable
{
    private readonly StreamWorld _world = new(new EngineOptions { TimeoutSeconds = 60 });
    private readonly StreamWorld.Observer _observer = new();

    [Fact]
    public async Task Run_OnTime_WritesEachTokenAtItsDeadline()
    {
        var pipe = new Pipe();
        var stream = Start(4, firstMs: 20, everyMs: 10, pipe);
        var seen = new List<(long Ms, string Text)>();
        for (var ms = 1; ms <= 60; ms++)
        {
            Run(1);
            if (pipe.Reader.TryRead(out var read))
            {
                seen.Add((ms, Text(read.Buffer)));
                pipe.Reader.AdvanceTo(read.Buffer.End);
            }
        }

        // The last token and the end are left for the request's own completion to flush.
        Assert.Equal([(20, "<t0"), (30, "t1"), (40, "t2")], seen);
        await pipe.Writer.FlushAsync(TestContext.Current.CancellationToken);
        Assert.True(pipe.Reader.TryRead(out var rest));
        Assert.Equal("t3>", Text(rest.Buffer));
        var outcome = await stream.Completion;
        Assert.Equal((StreamEnd.Completed, 4, 0, 0L), (outcome.End, outcome.Tokens, outcome.MergedChunks, outcome.MaxLagUs));
        Assert.Equal((20_000L, 50_000L), (outcome.FirstTokenUs, outcome.LastTokenUs));
        Assert.Equal([10_000, 10_000, 10_000], outcome.TokenDeltasUs);
        Assert.Equal([20_000L], _observer.First);
    }

    [Fact]
    public async Task Run_SlowReader_HoldsBackThenMergesAndCatchesUp()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var stream = Start(10, firstMs: 10, everyMs: 10, pipe);
        Run(52);
        Assert.True(pipe.Reader.TryRead(out var first));
        Assert.Equal("<t0", Text(first.Buffer));
        pipe.Reader.AdvanceTo(first.Buffer.End);
        Run(17);
        Assert.True(pipe.Reader.TryRead(out var second));
        Assert.StartsWith("t1t2t3t4", Text(second.Buffer), StringComparison.Ordinal);
        pipe.Reader.AdvanceTo(second.Buffer.End);
        for (var i = 0; i < 60; i++)
        {
            Run(1);
            if (pipe.Reader.TryRead(out var read))
            {
                pipe.Reader.AdvanceTo(read.Buffer.End);
            }
        }

        var outcome = await stream.Completion.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal((StreamEnd.Completed, 10, 100_000L), (outcome.End, outcome.Tokens, outcome.LastTokenUs));
        Assert.InRange(outcome.MergedChunks, 3, 5);
        Assert.InRange(outcome.MaxLagUs, 30_000, 60_000);
    }

    [Fact]
    public async Task Run_ChunksOfOneTick_GoInOneWriteWithoutCountingAsMerged()
    {
        var pipe = new Pipe();
        var stream = Scheduled(_world.Make(new StreamSchedule(2_000, [2_000, 2_100, 2_200, 2_300, 9_000]), pipe.Writer));
        Run(4);
        Assert.True(pipe.Reader.TryRead(out var read));
        Assert.Equal("<t0t1t2t3", Text(read.Buffer));
        pipe.Reader.AdvanceTo(read.Buffer.End);
        Run(10);
        Assert.Equal(0, (await stream.Completion).MergedChunks);
    }

    [Fact]
    public async Task Cancel_StopsAtTheNextTickWithThePartialCount()
    {
        var stream = Start(100, firstMs: 10, everyMs: 10, new Pipe());
        Run(45);
        Assert.True(stream.Handle.TryCancel(StreamCause.Client));
        Run(1);
        var outcome = await stream.Completion;
        Assert.Equal((StreamEnd.Cancelled, 4, 0), (outcome.End, outcome.Tokens, _world.Wheel.Count));
        Assert.Equal(3, outcome.TokenDeltasUs.Length);
    }

    [Fact]
    public async Task Run_PastItsTimeout_EndsEvenWhileTheReaderIsStuck()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        using var world = new StreamWorld(new EngineOptions { TimeoutSeconds = 1 });
        var stream = world.Start(1000, 10, 10, pipe.Writer);
        world.Run(1_300);
        var outcome = await stream.Completion;
        Assert.Equal((StreamEnd.TimedOut, 1, true, 0), (outcome.End, outcome.Tokens, outcome.Started, world.Wheel.Count));
        Assert.Equal((StreamError.TotalTimeout, true), (outcome.Error, outcome.Stuck));
    }

    [Fact]
    public async Task Run_ReaderGone_EndsAsCancelled()
    {
        var pipe = new Pipe();
        var stream = Start(100, firstMs: 10, everyMs: 10, pipe);
        Run(15);
        await pipe.Reader.CompleteAsync();
        Run(30);
        Assert.Equal(StreamEnd.Cancelled, (await stream.Completion).End);
    }

    [Fact]
    public async Task Run_EncoderThrows_FailsThisStreamOnly()
    {
        var broken = _world.Start(3, 1, 1, new Pipe().Writer, encoder: new StreamWorld.Encoder(throwAt: 1));
        var healthy = Start(3, firstMs: 5, everyMs: 5, new Pipe());
        Run(40);
        Assert.Equal(StreamEnd.Failed, (await broken.Completion).End);
        Assert.Equal(StreamEnd.Completed, (await healthy.Completion).End);
    }

    [Fact]
    public async Task Run_WithoutOutput_WaitsForTheScheduleAndCountsGeneratedTokens()
    {
        var whole = _world.Start(6, 10, 10, output: null, _observer);
        Run(59);
        Assert.False(whole.Completion.IsCompleted);
        Run(1);
        var outcome = await whole.Completion;
        Assert.Equal((6, null, 0), (outcome.Tokens, outcome.FirstTokenUs, outcome.TokenDeltasUs.Length));
        Assert.Empty(_observer.First);
    }

    [Fact]
    public async Task Run_LongStream_TellsProgressAtMostFourTimesASecond()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var stream = Start(1000, firstMs: 5, everyMs: 5, pipe);
        Run(5_010);
        Assert.Equal(StreamEnd.Completed, (await stream.Completion).End);
        Assert.InRange(_observer.Told.Count, 15, 20);
        Assert.All(_observer.Told.Zip(_observer.Told.Skip(1)), p => Assert.True(p.Second.Us - p.First.Us >= 250_000 && p.Second.Tokens > p.First.Tokens));
    }

    public void Dispose() => _world.Dispose();

    private PacedStream Start(int tokens, int firstMs, int everyMs, Pipe pipe) =>
        _world.Start(tokens, firstMs, everyMs, pipe.Writer, _observer);

    private void Run(int milliseconds) => _world.Run(milliseconds);

    private PacedStream Scheduled(PacedStream stream)
    {
        stream.Handle.Lifecycle.TryMove(StreamState.Running);
        _world.Wheel.Schedule(stream, stream.FirstDueUs);
        return stream;
    }

    private static string Text(ReadOnlySequence<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
