namespace FakeAi.Gateway.Providers.Gemini;

/// <summary>The methods of Gemini's models: what stands behind the colon of <c>models/{model}:generateContent</c>.</summary>
internal static class GeminiMethods
{
    public const string Generate = "generateContent";
    public const string Stream = "streamGenerateContent";
    public const string CountTokens = "countTokens";
    public const string Embed = "embedContent";
    public const string BatchEmbed = "batchEmbedContents";

    private static readonly string[] s_known = [Generate, Stream, CountTokens, Embed, BatchEmbed, "asyncBatchEmbedContent", "batchGenerateContent"];

    /// <summary>The method that a path ends with; null where it is none that Google has.</summary>
    public static string? Of(string? path)
    {
        var colon = path?.LastIndexOf(':') ?? -1;
        return colon < 0 ? null : Array.Find(s_known, m => path.AsSpan(colon + 1).SequenceEqual(m));
    }
}
