using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Refuses what the engine cannot answer yet. A plain text instead of the sound or the search results that were asked for
/// would be a wrong answer; an error in OpenAI's shape is an honest one.
/// </summary>
internal static class UnbuiltFeatures
{
    public static void Refuse(JsonElement root)
    {
        Modalities(Fields.Member(root, "modalities"));
        foreach (var name in (ReadOnlySpan<string>)["audio", "web_search_options", "moderation"])
        {
            var value = Fields.Member(root, name);
            if (!Fields.IsNull(value))
            {
                Fields.Object(value, name);
                throw OpenAiFault.Unsupported(name);
            }
        }
    }

    private static void Modalities(JsonElement modalities)
    {
        if (Fields.IsNull(modalities))
        {
            return;
        }

        Fields.Array(modalities, "modalities", least: 1);
        var index = 0;
        foreach (var modality in modalities.EnumerateArray())
        {
            var path = $"modalities[{index++.ToString(CultureInfo.InvariantCulture)}]";
            if (Fields.OneOf(modality, path, "text", "audio") == "audio")
            {
                throw OpenAiFault.UnsupportedValue("modalities", "'audio'");
            }
        }
    }
}
