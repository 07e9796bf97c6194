using System.Globalization;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Ids of sounds: <c>audio_</c> and 32 hex digits, of which 16 are drawn, 8 hide how many tokens the sound and its words have,
/// and 8 check the others. So a following request's prompt is counted right, whichever engine answers it, and nothing is kept.
/// </summary>
internal static class AudioIds
{
    private const string Prefix = "audio_";
    private const ulong CountPurpose = 0xA0D1;
    private const ulong CheckPurpose = 0xA0D2;

    /// <summary>Makes an id.</summary>
    /// <param name="answerId">The answer's own id.</param>
    /// <param name="choice">Which of its choices.</param>
    /// <param name="textTokens">Tokens of the transcript; more than 65,535 are counted as so many.</param>
    /// <param name="audioTokens">Tokens of the sound; the same.</param>
    public static string Create(string answerId, int choice, int textTokens, int audioTokens)
    {
        var hash = new SeedHash();
        hash.Add(answerId);
        hash.Add((long)choice);
        var drawn = hash.Value;
        var counts = ((uint)Math.Min(textTokens, ushort.MaxValue) << 16) | (uint)Math.Min(audioTokens, ushort.MaxValue);
        var hidden = counts ^ (uint)SeedHash.Derive(drawn, CountPurpose);
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{drawn:x16}{hidden:x8}{Check(drawn, hidden):x8}");
    }

    /// <summary>Reads the tokens of an id that was made here; none for any other.</summary>
    public static (int TextTokens, int AudioTokens) Read(string id)
    {
        if (id.Length != Prefix.Length + 32 || !id.StartsWith(Prefix, StringComparison.Ordinal)
            || !ulong.TryParse(id.AsSpan(Prefix.Length, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var drawn)
            || !uint.TryParse(id.AsSpan(Prefix.Length + 16, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hidden)
            || !uint.TryParse(id.AsSpan(Prefix.Length + 24, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var check)
            || check != Check(drawn, hidden))
        {
            return (0, 0);
        }

        var counts = hidden ^ (uint)SeedHash.Derive(drawn, CountPurpose);
        return ((int)(counts >> 16), (int)(counts & ushort.MaxValue));
    }

    private static uint Check(ulong drawn, uint hidden) => (uint)SeedHash.Derive(drawn ^ hidden, CheckPurpose);
}
