using FakeAi.Engine.KvCache;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.KvCache;

public sealed class BlockCacheTests
{
    private const long Idle = 1_000_000;

    [Fact]
    public void Keep_RandomChains_AgreesWithAPlainListOfTheMostRecentlyUsed()
    {
        for (ulong seed = 0; seed < 60; seed++)
        {
            var random = new SeededRandom(seed);
            var capacity = 1 + random.Next(60);
            var cache = new BlockCache(capacity, Idle);
            var plain = new List<(ulong Hash, long Used)>();
            var now = 0L;
            for (var i = 0; i < 400; i++)
            {
                now += random.Next(20) == 0 ? random.Next(1_500_000) : random.Next(1_000);
                var chain = Chain(random);
                plain.RemoveAll(b => now - b.Used > Idle);
                var expected = chain.TakeWhile(h => plain.Exists(b => b.Hash == h)).Count();
                Assert.Equal(expected, cache.Match(chain, now));

                cache.Keep(chain, now);
                ulong[] kept = [.. chain.Take(capacity)];
                plain.RemoveAll(b => kept.Contains(b.Hash));
                plain.InsertRange(0, kept.Select(h => (h, now)));
                plain.RemoveRange(Math.Min(capacity, plain.Count), Math.Max(0, plain.Count - capacity));

                Assert.Equal(plain.Count, cache.Count);
                Assert.True(cache.Count <= capacity);
                Assert.Equal(kept.Length, cache.Match(chain, now));
            }

            Assert.True(cache.Evictions > 0);
        }
    }

    [Fact]
    public void Match_UnusedForTooLong_IsGoneAndUsedInTimeIsThere()
    {
        var cache = new BlockCache(100, Idle);
        cache.Keep([1, 2, 3, 4], 0);
        cache.Keep([1, 2], 900_000);
        Assert.Equal(4, cache.Match([1, 2, 3, 4], Idle));
        Assert.Equal(2, cache.Match([1, 2, 3, 4], Idle + 1));
        Assert.Equal((2, 2L), (cache.Count, cache.Evictions));
        Assert.Equal(0, cache.Match([1, 2, 3, 4], 900_000 + Idle + 1));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Keep_FullCache_DropsTheEndsOfOldPromptsFirst()
    {
        var cache = new BlockCache(6, Idle);
        cache.Keep([1, 2, 3], 0);
        cache.Keep([10, 11, 12], 1);
        cache.Keep([20, 21], 2);
        Assert.Equal((1, 3, 2), (cache.Match([1, 2, 3], 3), cache.Match([10, 11, 12], 3), cache.Match([20, 21], 3)));
    }

    /// <summary>A chain whose hashes stand for all before them, out of few, so that chains share beginnings.</summary>
    private static ulong[] Chain(SeededRandom random)
    {
        var hashes = new ulong[random.Next(30)];
        var state = 0UL;
        for (var i = 0; i < hashes.Length; i++)
        {
            state = SeedHash.Mix(state + (ulong)random.Next(i % 5 == 0 ? 3 : 1));
            hashes[i] = state;
        }

        return hashes;
    }
}
