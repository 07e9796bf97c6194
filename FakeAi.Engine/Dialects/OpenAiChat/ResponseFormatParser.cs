using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Structured;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Reads <c>response_format</c>.</summary>
internal static class ResponseFormatParser
{
    /// <summary>The JSON that the content must be; null for text.</summary>
    public static JsonFormat? Parse(JsonElement root, ModelInfo model, IReadOnlyList<PromptMessage> messages)
    {
        var format = Fields.Member(root, "response_format");
        if (Fields.IsNull(format))
        {
            return null;
        }

        Fields.Object(format, "response_format");
        if (!format.TryGetProperty("type", out var typeElement))
        {
            throw OpenAiFault.Missing("response_format.type");
        }

        var type = Fields.OneOf(typeElement, "response_format.type", "json_object", "json_schema", "text");
        if (type == "text")
        {
            return null;
        }

        var parsed = type == "json_schema" ? Schema(format) : new JsonFormat();
        if (!model.Can(ModelCapabilities.Json))
        {
            throw new OpenAiFault(
                400, $"Invalid parameter: 'response_format' of type '{type}' is not supported with this model.", "response_format", "unsupported_value");
        }

        if (type == "json_object" && !messages.Any(static m => m.Text.Contains("json", StringComparison.OrdinalIgnoreCase)))
        {
            throw new OpenAiFault(
                400, "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", "messages");
        }

        return parsed;
    }

    private static JsonFormat Schema(JsonElement format)
    {
        const string Path = "response_format.json_schema";
        if (!format.TryGetProperty("json_schema", out var inner))
        {
            throw OpenAiFault.Missing(Path);
        }

        Fields.Object(inner, Path);
        var name = Fields.RequiredString(inner, "name", $"{Path}.name");
        var strictElement = Fields.Member(inner, "strict");
        var strict = !Fields.IsNull(strictElement) && Fields.Boolean(strictElement, $"{Path}.strict");
        var given = Fields.Member(inner, "schema");
        if (Fields.IsNull(given))
        {
            return new JsonFormat(name);
        }

        var schema = JsonElement.Parse(Fields.Canonical(Fields.Object(given, $"{Path}.schema")));
        return strict && StrictSchemaCheck.ResponseFormat(name, schema) is { } fault ? throw OpenAiFault.WrongSchema(fault) : new JsonFormat(name, schema);
    }
}
