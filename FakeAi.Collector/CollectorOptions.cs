using System.ComponentModel.DataAnnotations;

namespace FakeAi.Collector;

/// <summary>Settings of the collector. Section <c>FakeAi:Collector</c>.</summary>
public sealed class CollectorOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "FakeAi:Collector";

    /// <summary>
    /// How long a gateway may be silent before its requests under way are closed as failed, seconds. It tells of itself each
    /// 5 s, so that less than two of these would take a late one for a dead one.
    /// </summary>
    [Range(10, 3_600)]
    public int SourceLostSeconds { get; set; } = 15;
}
