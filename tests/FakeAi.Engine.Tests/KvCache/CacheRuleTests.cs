using FakeAi.Engine.KvCache;

namespace FakeAi.Engine.Tests.KvCache;

public sealed class CacheRuleTests
{
    [Theory]
    [InlineData("openai", 1008, 0)]
    [InlineData("openai", 1024, 1024)]
    [InlineData("openai", 1136, 1024)]
    [InlineData("openai", 1152, 1152)]
    [InlineData("openai", 2047, 1920)]
    [InlineData("meta", 16, 16)]
    [InlineData("meta", 1136, 1136)]
    [InlineData("meta", 0, 0)]
    public void Counted_IsWhatTheProviderReports(string provider, int found, int counted) =>
        Assert.Equal(counted, CacheRule.For(provider).Counted(found));
}
