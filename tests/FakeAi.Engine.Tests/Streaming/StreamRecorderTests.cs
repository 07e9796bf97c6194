using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Tests.Streaming;

public sealed class StreamRecorderTests
{
    [Fact]
    public void Snapshot_OfUnevenWrites_HasTheFormulasFigures()
    {
        var recorder = new StreamRecorder(receivedUs: 1_000);
        recorder.Progress.Expect(10);
        Assert.Equal((null, null, null, 0.0), (recorder.Snapshot().TimeToFirstChunkMs, recorder.Snapshot().JitterMs, recorder.Snapshot().TokensPerSecond, recorder.Progress.Percentage));
        recorder.Wrote(1, 2, 10, 101_000);
        recorder.Wrote(1, 1, 10, 111_000);
        recorder.Paused(5_000_000);
        recorder.Wrote(1, 1, 10, 5_131_000);
        recorder.Wrote(1, 1, 10, 5_161_000);
        recorder.KeptAlive(14);

        // Gaps of 10, 20 and 30 ms: mean 20, variance 200 / 3.
        var metrics = recorder.Snapshot();
        Assert.Equal(100, metrics.TimeToFirstChunkMs);
        Assert.Equal(Math.Sqrt(200 / 3.0), metrics.JitterMs!.Value, 9);
        Assert.Equal(1 / (1 + (Math.Sqrt(200 / 3.0) / 20)), metrics.Smoothness!.Value, 9);
        Assert.Equal(4 / 5.06, metrics.TokensPerSecond!.Value, 9);
        Assert.Equal((4, 5, 54L, 5_000.0, 1), (metrics.Chunks, metrics.Tokens, metrics.Bytes, metrics.PausedMs, metrics.KeepAlives));
        Assert.Equal(50, recorder.Progress.Percentage);
    }
}
