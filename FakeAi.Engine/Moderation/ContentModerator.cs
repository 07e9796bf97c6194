using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Moderation;

/// <summary>What was found in one input.</summary>
/// <param name="Scores">0 to 1, in the order of <see cref="ModerationCategories.All"/>.</param>
internal sealed record ModerationFinding(double[] Scores)
{
    /// <summary>From which score on a category counts as found.</summary>
    public const double Threshold = 0.5;

    public bool Flagged => Array.Exists(Scores, static s => s >= Threshold);
}

/// <summary>
/// Scores texts by <see cref="WordLists"/>. Phrases count by whole words, so that no word is found within another. Several phrases
/// of a category add up as independent evidence does: 1 − ∏(1 − w). Innocent texts get a little score of their own, as
/// models give. The same input has the same scores everywhere.
/// </summary>
internal static class ContentModerator
{
    private const double MostNoise = 0.002;

    /// <summary>Scores an input: its texts, and what is known of its images.</summary>
    /// <param name="texts">The texts; each for itself, no phrase reaches from one into the next.</param>
    /// <param name="images">The images' addresses: their words count for those categories that images are looked at for.</param>
    public static ModerationFinding Score(IReadOnlyList<string> texts, IReadOnlyList<string> images)
    {
        var innocent = new double[ModerationCategories.All.Count];
        Array.Fill(innocent, 1);
        var hash = new SeedHash();
        foreach (var text in texts)
        {
            hash.Add(text);
            WordLists.Default.Find(Words(text), (category, weight) => innocent[category] *= 1 - weight);
        }

        foreach (var image in images)
        {
            hash.Add(image);
            WordLists.Default.Find(Words(NameOf(image)), (category, weight) => innocent[category] *= ModerationCategories.OfImages(ModerationCategories.All[category]) ? 1 - weight : 1);
        }

        var random = new SeededRandom(hash.Value);
        var scores = new double[innocent.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            // Small numbers of any magnitude, down to a millionth.
            var u = random.Next(1_000_000) / 1_000_000.0;
            var noise = (u * u * u * MostNoise) + 1e-6;
            scores[i] = noise + ((1 - noise) * (1 - innocent[i]));
        }

        return new ModerationFinding(scores);
    }

    /// <summary>The words of a text in lower case; apostrophes belong to them.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[start]))
            {
                start++;
                continue;
            }

            var end = start + 1;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || (text[end] is '\'' or '’' && end + 1 < text.Length && char.IsLetter(text[end + 1]))))
            {
                end++;
            }

            words.Add(text[start..end].ToLowerInvariant().Replace('’', '\''));
            start = end;
        }

        return words;
    }

    /// <summary>The words of an image's address; one that is spelled out as data has none.</summary>
    private static string NameOf(string url) => url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? "" : Uri.UnescapeDataString(url);
}
