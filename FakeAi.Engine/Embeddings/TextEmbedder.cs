using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Embeddings;

/// <summary>
/// Turns texts into vectors of length 1, whatever the provider: the same text and model give the same vector on every machine,
/// and texts that share words and parts of words are near each other. A sparse random projection (Achlioptas 2003; Li, Hastie
/// and Church 2006) of <see cref="TextFeatures"/>: each feature adds plus or minus its weight at places that its hash names.
/// Only IEEE + - * / and the square root, so that all machines agree.
/// </summary>
internal static class TextEmbedder
{
    /// <summary>Places that a feature adds to: so many that short beginnings of the vector have some of each, too.</summary>
    private const int Places = 64;

    /// <summary>Of an empty text, and of what else has no features or loses them when it is shortened.</summary>
    private const ulong Nothing = 0xE3B0C442;

    /// <summary>Embeds a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="model">The model's id: vectors of different models have nothing to do with each other.</param>
    /// <param name="full">The model's own number of dimensions.</param>
    /// <param name="dimensions">The number asked for, 1 to <paramref name="full"/>: the beginning of the full vector, made length 1 again.</param>
    public static float[] Embed(ReadOnlySpan<char> text, string model, int full, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, full);
        var seed = new SeedHash();
        seed.Add(model);
        var sum = new double[dimensions];
        foreach (var (hash, weight) in TextFeatures.Of(text).All)
        {
            Project(sum, full, SeedHash.Derive(hash, seed.Value), weight);
        }

        if (!TryNormalise(sum, out var vector))
        {
            var random = new SeededRandom(SeedHash.Derive(seed.Value, Nothing ^ (ulong)text.Length));
            foreach (ref var value in sum.AsSpan())
            {
                value = random.NextNormal();
            }

            // Twelve uniform numbers that add up to nothing at all, in every place, do not occur.
            TryNormalise(sum, out vector);
        }

        return vector;
    }

    /// <summary>The cosine of the angle between two vectors of length 1: 1 for the same direction, 0 for nothing in common.</summary>
    public static double Similarity(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    private static void Project(double[] sum, int full, ulong hash, double weight)
    {
        var state = hash;
        for (var i = 0; i < Places; i++)
        {
            state = SeedHash.Mix(state);
            var place = (int)(((state >> 32) * (ulong)full) >> 32);
            if (place < sum.Length)
            {
                sum[place] += (state & 1) == 0 ? weight : -weight;
            }
        }
    }

    private static bool TryNormalise(double[] sum, out float[] vector)
    {
        var square = 0.0;
        foreach (var value in sum)
        {
            square += value * value;
        }

        vector = new float[sum.Length];
        if (square == 0)
        {
            return false;
        }

        var length = Math.Sqrt(square);
        for (var i = 0; i < sum.Length; i++)
        {
            vector[i] = (float)(sum[i] / length);
        }

        return true;
    }
}
