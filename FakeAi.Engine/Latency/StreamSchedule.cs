namespace FakeAi.Engine.Latency;

/// <summary>When each step of an answer is due: microseconds after the request was received. Never changes.</summary>
internal sealed class StreamSchedule
{
    // Half as large where it can be: every stream holds one.
    private readonly uint[] _short = [];
    private readonly long[] _long = [];

    public StreamSchedule(long ttftUs, long[] dueUs)
    {
        TtftUs = ttftUs;
        Steps = dueUs.Length;
        if (Steps > 0 && dueUs[^1] > uint.MaxValue)
        {
            _long = dueUs;
            return;
        }

        _short = new uint[Steps];
        for (var i = 0; i < Steps; i++)
        {
            _short[i] = (uint)dueUs[i];
        }
    }

    /// <summary>When the first content is due, or, of an empty answer, its end.</summary>
    public long TtftUs { get; }

    public int Steps { get; }

    /// <summary>When the last content is due.</summary>
    public long EndUs => Steps == 0 ? TtftUs : DueUs(Steps - 1);

    public long DueUs(int step) => _long.Length > 0 ? _long[step] : _short[step];

    /// <summary>The schedule without its first steps: their time passes before the first one that is left.</summary>
    public StreamSchedule After(int steps)
    {
        if (steps == 0)
        {
            return this;
        }

        // Nothing is told after them: then the last of them is followed by the end.
        return steps == Steps
            ? new StreamSchedule(EndUs, [])
            : new StreamSchedule(DueUs(steps), [.. Enumerable.Range(steps, Steps - steps).Select(DueUs)]);
    }
}
