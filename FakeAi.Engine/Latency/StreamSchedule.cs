namespace FakeAi.Engine.Latency;

/// <summary>When each step of an answer is due: microseconds after the request was received. Never changes.</summary>
internal sealed class StreamSchedule
{
    private readonly long[] _dueUs;

    public StreamSchedule(long ttftUs, long[] dueUs)
    {
        TtftUs = ttftUs;
        _dueUs = dueUs;
    }

    /// <summary>When the first content is due, or, of an empty answer, its end.</summary>
    public long TtftUs { get; }

    public int Steps => _dueUs.Length;

    /// <summary>When the last content is due.</summary>
    public long EndUs => _dueUs.Length == 0 ? TtftUs : _dueUs[^1];

    public long DueUs(int step) => _dueUs[step];

    /// <summary>The schedule without its first steps: their time passes before the first one that is left.</summary>
    public StreamSchedule After(int steps)
    {
        if (steps == 0)
        {
            return this;
        }

        // Nothing is told after them: then the last of them is followed by the end.
        return steps == Steps ? new StreamSchedule(EndUs, []) : new StreamSchedule(_dueUs[steps], _dueUs[steps..]);
    }
}
