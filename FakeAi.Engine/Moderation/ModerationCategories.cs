namespace FakeAi.Engine.Moderation;

/// <summary>What texts and images are looked at for: OpenAI's names, in its order.</summary>
internal static class ModerationCategories
{
    public static readonly IReadOnlyList<string> All =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/instructions",
        "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
    ];

    /// <summary>Whether images are looked at for it, too.</summary>
    public static bool OfImages(string category) =>
        category is "self-harm" or "self-harm/instructions" or "self-harm/intent" or "sexual" or "violence" or "violence/graphic";
}
