namespace FakeAi.Engine.Streaming;

/// <summary>Monotonic microseconds since the engine started, and their relation to wall-clock time.</summary>
internal sealed class EngineClock(TimeProvider time)
{
    private const long LongestAgeUs = 60_000_000;

    private readonly long _start = time.GetTimestamp();

    public long NowUs => time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The wall clock, Unix microseconds.</summary>
    public long UnixUs => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>
    /// The monotonic time of a Unix time told by another process. A time in the future or more than a minute back
    /// means that the clocks differ; then now is taken.
    /// </summary>
    public long FromUnix(long unixUs)
    {
        var age = UnixUs - unixUs;
        return age is > 0 and < LongestAgeUs ? NowUs - age : NowUs;
    }
}
