using FakeAi.Collector.State;

namespace FakeAi.Collector.Metrics;

/// <summary>A width of time buckets and how long they are kept.</summary>
/// <param name="Seconds">Width.</param>
/// <param name="KeepSeconds">A bucket that began longer ago than this goes.</param>
/// <param name="Letter">Names it in documents.</param>
internal sealed record Resolution(int Seconds, int KeepSeconds, char Letter)
{
    public static readonly Resolution Second = new(1, 15 * 60, 's');
    public static readonly Resolution Minute = new(60, 24 * 3600, 'm');
    public static readonly Resolution Hour = new(3600, 30 * 24 * 3600, 'h');

    public static readonly Resolution[] All = [Second, Minute, Hour];

    /// <summary>What the buckets' documents start with; their start in Unix seconds follows.</summary>
    public string Prefix { get; } = $"{StateNames.Bucket}{Letter}:";

    /// <summary>The index of the buckets by their start.</summary>
    public string Index { get; } = $"i:{Letter}";

    public long Start(long second) => second - second % Seconds;
}
