using System.Buffers;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Embeddings;

/// <summary>
/// What a text is made of: words, pairs of neighbouring words, and groups of three characters within words, each as a hash with
/// a weight. Texts that share many are alike.
/// </summary>
internal sealed class TextFeatures
{
    private const double Word = 1;
    private const double Pair = 0.5;
    private const double Trigram = 0.3;

    /// <summary>What little words count: they say how something is told, not what.</summary>
    private const double LittleWord = 0.25;
    private const int LittleLength = 3;

    private const ulong WordKind = 1;
    private const ulong PairKind = 2;
    private const ulong TrigramKind = 3;
    private const char Edge = '\u0001';

    private readonly Dictionary<ulong, Feature> _features = [];

    /// <summary>The features and their weights, in the order in which they first occur.</summary>
    public IEnumerable<(ulong Hash, double Weight)> All =>
        _features.Select(static f => (f.Key, f.Value.Weight * Math.Sqrt(f.Value.Count)));

    /// <summary>Reads a text. Case does not matter; marks count only where there is nothing else.</summary>
    public static TextFeatures Of(ReadOnlySpan<char> text)
    {
        var features = new TextFeatures();
        var lower = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            var length = text.ToLowerInvariant(lower);
            features.Read(lower.AsSpan(0, length), char.IsLetterOrDigit);
            if (features._features.Count == 0)
            {
                features.Read(lower.AsSpan(0, length), static c => !char.IsWhiteSpace(c));
            }

            return features;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(lower);
        }
    }

    private void Read(ReadOnlySpan<char> text, Func<char, bool> isPart)
    {
        var before = 0UL;
        for (var start = 0; start < text.Length;)
        {
            if (!isPart(text[start]))
            {
                start++;
                continue;
            }

            var end = start + 1;
            while (end < text.Length && isPart(text[end]))
            {
                end++;
            }

            before = Add(text[start..end], before);
            start = end;
        }
    }

    private ulong Add(ReadOnlySpan<char> word, ulong before)
    {
        var hash = Hash(WordKind, word);
        var weight = word.Length <= LittleLength && char.IsAscii(word[0]) ? LittleWord : Word;
        Count(hash, Word * weight);
        if (before != 0)
        {
            Count(SeedHash.Derive(hash ^ SeedHash.Mix(before), PairKind), Pair * weight);
        }

        Span<char> three = stackalloc char[3];
        for (var i = -1; i <= word.Length - 2; i++)
        {
            three[0] = i < 0 ? Edge : word[i];
            three[1] = word[i + 1];
            three[2] = i + 2 < word.Length ? word[i + 2] : Edge;
            Count(Hash(TrigramKind, three), Trigram * weight);
        }

        return hash;
    }

    private void Count(ulong hash, double weight)
    {
        ref var feature = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_features, hash, out _);
        feature = new Feature(feature.Count + 1, weight);
    }

    private static ulong Hash(ulong kind, ReadOnlySpan<char> text)
    {
        // FNV-1a over UTF-16, spread by SplitMix64.
        var state = 14695981039346656037UL;
        foreach (var c in text)
        {
            state = (state ^ (byte)c) * 1099511628211;
            state = (state ^ (byte)(c >> 8)) * 1099511628211;
        }

        return SeedHash.Derive(state, kind);
    }

    private readonly record struct Feature(int Count, double Weight);
}
