using System.Numerics;

namespace FakeAi.Engine.Randomness;

/// <summary>
/// xoshiro256** seeded by SplitMix64. Only integer arithmetic and exact floating-point operations, so that a seed
/// gives the same numbers on every machine. Not thread-safe; not for secrets.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public SeededRandom(ulong seed)
    {
        _a = SeedHash.Mix(seed);
        _b = SeedHash.Mix(_a);
        _c = SeedHash.Mix(_b);
        _d = SeedHash.Mix(_c) | 1;
    }

    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A whole number from 0 up to, not including, <paramref name="bound"/>.</summary>
    public int Next(int bound) => (int)(((NextUInt64() >> 32) * (ulong)bound) >> 32);

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>
    /// A standard normal sample: the sum of twelve uniform numbers less six. Its mean and variance are exact, its tails
    /// end at six standard deviations; no logarithm or cosine, whose last bits differ between machines.
    /// </summary>
    public double NextNormal()
    {
        var sum = 0UL;
        for (var i = 0; i < 6; i++)
        {
            var bits = NextUInt64();
            sum += (bits >> 32) + (bits & 0xFFFFFFFF);
        }

        return (sum / 4294967296.0) - 6;
    }

    /// <summary>Shuffles in place.</summary>
    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A text of the given alphabet.</summary>
    public string NextText(string alphabet, int length) => string.Create(length, (this, alphabet), static (span, s) =>
    {
        foreach (ref var c in span)
        {
            c = s.alphabet[s.Item1.Next(s.alphabet.Length)];
        }
    });
}
