using System.Collections.Frozen;

namespace FakeAi.Engine.Media.Audio;

/// <summary>How a voice sounds.</summary>
/// <param name="Name">The name that clients use.</param>
/// <param name="PitchHz">Its mean fundamental frequency.</param>
/// <param name="FormantPercent">Where its resonances lie, in percent of a man's: 100 for a long vocal tract, 118 for a short one.</param>
/// <param name="BrightnessPercent">How strong its higher harmonics are; 100 falls off as 1/h.</param>
internal sealed record Voice(string Name, int PitchHz, int FormantPercent, int BrightnessPercent)
{
    private static readonly Voice[] s_all =
    [
        new("alloy", 165, 106, 100),
        new("ash", 112, 100, 90),
        new("ballad", 128, 101, 75),
        new("coral", 205, 114, 105),
        new("echo", 105, 98, 110),
        new("fable", 150, 108, 120),
        new("onyx", 88, 94, 80),
        new("nova", 220, 117, 110),
        new("sage", 190, 112, 85),
        new("shimmer", 235, 119, 125),
        new("verse", 120, 103, 105),
        new("marin", 198, 115, 95),
        new("cedar", 98, 96, 100),
    ];

    private static readonly FrozenDictionary<string, Voice> s_byName = s_all.ToFrozenDictionary(v => v.Name, StringComparer.Ordinal);

    /// <summary>OpenAI's names, in the order of its reference.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(v => v.Name)];

    /// <summary>The voice of a name, or null.</summary>
    public static Voice? Find(string name) => s_byName.GetValueOrDefault(name);
}
