namespace FakeAi.Engine.Streaming;

/// <summary>Something with deadlines on a <see cref="ClockWheel"/>. Called on the wheel's thread only.</summary>
internal abstract class WheelItem
{
    /// <summary>Answer of <see cref="OnDue"/>: no further deadline, the item leaves the wheel.</summary>
    public const long Done = long.MaxValue;

    internal WheelItem? Next { get; set; }

    internal WheelItem? Previous { get; set; }

    /// <summary>The slot it is in, or -1.</summary>
    internal int Slot { get; set; } = -1;

    internal long DueTick { get; set; }

    /// <summary>Does what is due.</summary>
    /// <param name="nowUs">The wheel's time, at or after the deadline.</param>
    /// <returns>The next deadline in microseconds, or <see cref="Done"/>.</returns>
    protected internal abstract long OnDue(long nowUs);
}
