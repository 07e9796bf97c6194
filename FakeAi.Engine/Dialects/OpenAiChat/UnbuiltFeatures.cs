using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Refuses what the engine cannot answer yet. A plain text instead of the search results that were asked for would be a
/// wrong answer; an error in OpenAI's shape is an honest one.
/// </summary>
internal static class UnbuiltFeatures
{
    public static void Refuse(JsonElement root)
    {
        foreach (var name in (ReadOnlySpan<string>)["web_search_options", "moderation"])
        {
            var value = Fields.Member(root, name);
            if (!Fields.IsNull(value))
            {
                Fields.Object(value, name);
                throw OpenAiFault.Unsupported(name);
            }
        }
    }
}
