using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FakeAi.Engine.KvCache;

/// <summary>What a provider counts as cached.</summary>
/// <param name="MinTokens">Fewer are not counted at all.</param>
/// <param name="Step">Beyond them, whole steps of so many tokens are counted; above 0.</param>
internal sealed record CacheRule(int MinTokens, int Step)
{
    private const string ResourceName = "FakeAi.Engine.KvCache.cache-rules.json";

    private static readonly CacheRule s_wholeBlocks = new(0, 1);
    private static readonly Lazy<FrozenDictionary<string, CacheRule>> s_rules = new(Load);

    /// <summary>A provider's rule; whole blocks where it has none of its own.</summary>
    public static CacheRule For(string provider) => s_rules.Value.GetValueOrDefault(provider, s_wholeBlocks);

    /// <summary>How many of the tokens found are counted.</summary>
    public int Counted(int found) => found < MinTokens ? 0 : found - ((found - MinTokens) % Step);

    private static FrozenDictionary<string, CacheRule> Load()
    {
        using var stream = typeof(CacheRule).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"Resource {ResourceName} is missing.");
        var rules = JsonSerializer.Deserialize(stream, CacheRuleJsonContext.Default.DictionaryStringCacheRule)
            ?? throw new JsonException("Cache rules: empty file.");
        return rules.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    ReadCommentHandling = JsonCommentHandling.Skip,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Dictionary<string, CacheRule>))]
internal sealed partial class CacheRuleJsonContext : JsonSerializerContext;
