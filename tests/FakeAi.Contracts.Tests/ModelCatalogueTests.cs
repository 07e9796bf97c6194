using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;

namespace FakeAi.Contracts.Tests;

public sealed class ModelCatalogueTests
{
    private static readonly string[] s_capabilities = ["vision", "audio_in", "audio_out", "video_in", "tools", "json", "reasoning", "reasoning_shown", "prediction", "dimensions"];
    private static readonly string[] s_kinds = ["chat", "completion", "embedding", "moderation", "rerank", "image", "audio", "realtime"];

    [Fact]
    public void Default_EveryModel_HasSoundFigures()
    {
        Assert.True(ModelCatalogue.Default.Models.Count >= 120);
        Assert.All(ModelCatalogue.Default.Models, m =>
        {
            Assert.True(m.Created is > 1_600_000_000 and < 1_800_000_000, m.Id);
            Assert.True(m.MaxOutputTokens <= m.ContextWindow, m.Id);
            Assert.Contains(m.Kind, s_kinds);
            Assert.Equal(m.Kind is "chat" or "completion" or "image" or "realtime", m.MaxOutputTokens > 0);
            Assert.Equal(m.Kind == "embedding", m.Dimensions > 0);
            Assert.False(string.IsNullOrWhiteSpace(m.Source), m.Id);
            Assert.True(m.DefaultEffort is null or "none" or "low" or "medium" or "high", m.Id);
            Assert.True(m.Can("reasoning") || (!m.Can("reasoning_shown") && m.DefaultEffort is null), m.Id);
            Assert.All(m.Capabilities, c => Assert.Contains(c, s_capabilities));
            Assert.True(m.Pricing.Input >= 0 && m.Pricing.Output >= 0 && (m.Pricing.CachedInput ?? 0) <= m.Pricing.Input, m.Id);
            Assert.True(m.Latency is { TtftMs: > 0, ItlMs: > 0 } && m.Latency.TtftSdMs < m.Latency.TtftMs, m.Id);
            Assert.True(m.Snapshot is null || (m.Snapshot != m.Id && m.Snapshot.StartsWith(m.Id.Split('-')[0], StringComparison.Ordinal)), m.Id);
        });
    }

    [Theory]
    [InlineData("gpt-4o-mini", "gpt-4o-mini")]
    [InlineData("gpt-4o-mini-2024-07-18", "gpt-4o-mini")]
    [InlineData("gpt-4o-2024-05-13", "gpt-4o-2024-05-13")]
    [InlineData("gpt-4-0613", "gpt-4")]
    [InlineData("gpt-4-turbo", "gpt-4-turbo")]
    [InlineData("gpt-3.5-turbo", "gpt-3.5-turbo")]
    [InlineData("gpt-4.1-nano", "gpt-4.1-nano")]
    [InlineData("gpt-5", "gpt-5")]
    [InlineData("o1", "o1")]
    [InlineData("o4-mini", "o4-mini")]
    [InlineData("text-embedding-3-small", "text-embedding-3-small")]
    [InlineData("omni-moderation-latest", "omni-moderation-latest")]
    [InlineData("sonar", "sonar")]
    [InlineData("sonar-pro", "sonar-pro")]
    [InlineData("sonar-reasoning", "sonar-reasoning")]
    [InlineData("sonar-reasoning-pro", "sonar-reasoning-pro")]
    [InlineData("gemini-2.0-flash-exp", "gemini-2.0-flash-exp")]
    [InlineData("gemini-1.5-flash", "gemini-1.5-flash")]
    [InlineData("gemini-1.5-pro", "gemini-1.5-pro")]
    [InlineData("gemini-pro", "gemini-pro")]
    [InlineData("gemini-2.5-pro", "gemini-2.5-pro")]
    [InlineData("claude-3-opus-20240229", "claude-3-opus-20240229")]
    [InlineData("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022")]
    [InlineData("claude-sonnet-4-5", "claude-sonnet-4-5")]
    [InlineData("anthropic/claude-3.5-sonnet", "claude-3-5-sonnet-20241022")]
    [InlineData("openai/gpt-4o", "gpt-4o")]
    [InlineData("meta-llama/llama-3.1-8b-instruct:free", "meta-llama/Llama-3.1-8B-Instruct")]
    [InlineData("mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral-8x7b")]
    [InlineData("deepseek-chat", "deepseek-v3")]
    [InlineData("ft:gpt-4o-mini:acme::abc", "gpt-4o-mini")]
    [InlineData("ft:gpt-3.5-turbo-0613:acme::abc", "gpt-3.5-turbo")]
    public void TryGet_ServedName_FindsItsModel(string name, string id)
    {
        Assert.True(ModelCatalogue.Default.TryGet(name, out var model), name);
        Assert.Equal(id, model.Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gpt-6-ultra")]
    [InlineData("ft:")]
    [InlineData(":free")]
    [InlineData("GPT-4O")]
    public void TryGet_UnknownName_IsFalse(string? name) => Assert.False(ModelCatalogue.Default.TryGet(name, out _));

    [Fact]
    public void TryGet_HugeNameOfManySuffixes_IsFalseAtOnce() =>
        Assert.False(ModelCatalogue.Default.TryGet(string.Concat(Enumerable.Repeat(":free", 1_000_000)), out _));

    [Fact]
    public void Load_FaultyFile_NamesEveryFault()
    {
        const string Json = """
            {"models":[
              {"id":"a","provider":"p","owned_by":"o","kind":"chat","context_window":0,"latency":{"ttft_ms":-1,"ttft_sd_ms":0,"itl_ms":1,"itl_sd_ms":0,"prefill_tps":1}},
              {"id":"b","aliases":["a"],"snapshot":"c","provider":"p","owned_by":"o","kind":"chat","context_window":1,"latency":{"ttft_ms":1,"ttft_sd_ms":0,"itl_ms":1,"itl_sd_ms":0,"prefill_tps":1}}]}
            """;
        var fault = Assert.Throws<JsonException>(() => ModelCatalogue.Load(new MemoryStream(Encoding.UTF8.GetBytes(Json))));
        Assert.Contains("'a': latency", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'a': context_window", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'a' is empty or stands twice", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'b': snapshot", fault.Message, StringComparison.Ordinal);
    }
}
