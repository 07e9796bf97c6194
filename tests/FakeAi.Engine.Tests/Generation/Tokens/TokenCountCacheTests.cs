using FakeAi.Engine.Generation.Tokens;

namespace FakeAi.Engine.Tests.Generation.Tokens;

public sealed class TokenCountCacheTests
{
    [Fact]
    public void Count_SameTextAgain_IsFoundAndTheSameForEachEncoding()
    {
        var counts = new TokenCountCache();
        var cl100k = new BytePairTokenizer<Cl100kSplitter>(RankTables.Cl100k, counts);
        var o200k = new BytePairTokenizer<O200kSplitter>(RankTables.O200k, counts);
        var text = string.Join(' ', Enumerable.Repeat("Съешь же ещё этих мягких булок", 20));
        var expected = (cl100k.CountAfresh(text), o200k.CountAfresh(text));

        Assert.Equal(expected, (cl100k.Count(text), o200k.Count(text)));
        Assert.Equal((0, 2), (counts.Hits, counts.Misses));
        Assert.Equal(expected, (cl100k.Count(text), o200k.Count(text)));
        Assert.Equal((2, 2), (counts.Hits, counts.Misses));
        Assert.NotEqual(expected.Item1, expected.Item2);
    }

    [Fact]
    public void Set_MoreThanFit_ForgetsTheLeastLatelyUsedAndNeverMixesUp()
    {
        var space = new TokenCountCache().NewSpace();
        var first = Key(0);
        for (var i = 0; i < 4 * TokenCountCache.Capacity; i++)
        {
            space.Set(Key(i), i + 1);

            // Used all the time, the first stays while everything else goes.
            Assert.True(space.TryGet(first, out var count));
            Assert.Equal(1, count);
        }

        var found = 0;
        for (var i = 0; i < 4 * TokenCountCache.Capacity; i++)
        {
            if (space.TryGet(Key(i), out var count))
            {
                found++;
                Assert.Equal(i + 1, count);
            }
        }

        Assert.InRange(found, TokenCountCache.Capacity / 2, TokenCountCache.Capacity);
    }

    private static UInt128 Key(int i) => TokenCountCache.KeyOf($"text {i}");
}
