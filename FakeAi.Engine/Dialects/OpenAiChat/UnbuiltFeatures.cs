using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Refuses what the engine cannot answer yet. A plain text instead of the JSON, sound or probabilities that were asked
/// for would be a wrong answer; an error in OpenAI's shape is an honest one.
/// </summary>
internal static class UnbuiltFeatures
{
    public static void Refuse(JsonElement root)
    {
        ResponseFormat(Fields.Member(root, "response_format"));
        Probabilities(root);
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

    private static void ResponseFormat(JsonElement format)
    {
        if (Fields.IsNull(format))
        {
            return;
        }

        Fields.Object(format, "response_format");
        if (!format.TryGetProperty("type", out var typeElement))
        {
            throw OpenAiFault.Missing("response_format.type");
        }

        var type = Fields.OneOf(typeElement, "response_format.type", "json_object", "json_schema", "text");
        if (type == "json_schema")
        {
            if (!format.TryGetProperty("json_schema", out var schema))
            {
                throw OpenAiFault.Missing("response_format.json_schema");
            }

            Fields.Object(schema, "response_format.json_schema");
            Fields.RequiredString(schema, "name", "response_format.json_schema.name");
        }

        if (type != "text")
        {
            throw new OpenAiFault(
                400, $"Invalid parameter: 'response_format' of type '{type}' is not supported with this model.", "response_format", "unsupported_value");
        }
    }

    private static void Probabilities(JsonElement root)
    {
        var logprobs = Fields.Member(root, "logprobs");
        var asked = !Fields.IsNull(logprobs) && Fields.Boolean(logprobs, "logprobs");
        var top = Fields.Member(root, "top_logprobs");
        if (!Fields.IsNull(top))
        {
            Fields.Integer(top, "top_logprobs", 0, 20);
            if (!asked)
            {
                throw new OpenAiFault(400, "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs");
            }
        }

        if (asked)
        {
            throw OpenAiFault.Unsupported("logprobs");
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
