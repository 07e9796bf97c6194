using System.Text.Json;
using System.Text.Json.Serialization;

namespace FakeAi.Engine.Moderation;

/// <summary>
/// Phrases by category, each with what it counts (0 to 1). A phrase is made of whole words, of groups of words
/// (<c>&lt;person&gt;</c>), and of gaps of up to two words (<c>*</c>).
/// </summary>
internal sealed class WordLists
{
    private const string ResourceName = "FakeAi.Engine.Moderation.word-lists.json";
    private const string Gap = "*";
    private const int WidestGap = 2;

    private static readonly Lazy<WordLists> s_default = new(Load);

    private readonly Dictionary<string, List<Phrase>> _byFirstWord = new(StringComparer.Ordinal);

    private WordLists(WordListFile file)
    {
        foreach (var (category, phrases) in file.Categories)
        {
            var index = Array.IndexOf([.. ModerationCategories.All], category);
            foreach (var (text, weight) in phrases)
            {
                var parts = text.Split(' ').Select(p => PartOf(p, file, text)).ToArray();
                if (index < 0 || weight is <= 0 or >= 1 || parts[0] is null || parts[^1] is null)
                {
                    throw new JsonException($"Word lists: '{text}' of '{category}'.");
                }

                foreach (var first in parts[0]!)
                {
                    (System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_byFirstWord, first, out _) ??= []).Add(new Phrase(index, parts, weight));
                }
            }
        }
    }

    /// <summary>The lists that come with FakeAi.</summary>
    public static WordLists Default => s_default.Value;

    /// <summary>Tells every phrase that stands in a text: the category's index, and what it counts.</summary>
    /// <param name="words">The text's words, in lower case.</param>
    /// <param name="found">Is told of each.</param>
    public void Find(IReadOnlyList<string> words, Action<int, double> found)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (!_byFirstWord.TryGetValue(words[i], out var phrases))
            {
                continue;
            }

            foreach (var phrase in phrases)
            {
                if (Matches(phrase.Parts, 1, words, i + 1))
                {
                    found(phrase.Category, phrase.Weight);
                }
            }
        }
    }

    private static bool Matches(HashSet<string>?[] parts, int part, IReadOnlyList<string> words, int at)
    {
        if (part == parts.Length)
        {
            return true;
        }

        if (parts[part] is { } expected)
        {
            return at < words.Count && expected.Contains(words[at]) && Matches(parts, part + 1, words, at + 1);
        }

        for (var skipped = 0; skipped <= WidestGap && at + skipped < words.Count; skipped++)
        {
            if (Matches(parts, part + 1, words, at + skipped))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The words that fit a part; null for a gap.</summary>
    private static HashSet<string>? PartOf(string part, WordListFile file, string phrase) => part switch
    {
        Gap => null,
        ['<', .. var group, '>'] => file.Groups.TryGetValue(group, out var words)
            ? [.. words]
            : throw new JsonException($"Word lists: '{phrase}' names an unknown group."),
        _ => [part],
    };

    private static WordLists Load()
    {
        using var stream = typeof(WordLists).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"Resource {ResourceName} is missing.");
        return new WordLists(JsonSerializer.Deserialize(stream, WordListJsonContext.Default.WordListFile) ?? throw new JsonException("Word lists: empty file."));
    }

    private sealed record Phrase(int Category, HashSet<string>?[] Parts, double Weight);
}

internal sealed record WordListFile(IReadOnlyDictionary<string, IReadOnlyList<string>> Groups, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Categories);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WordListFile))]
internal sealed partial class WordListJsonContext : JsonSerializerContext;
