using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Structured;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>Reads <c>text</c>: the form of the content and its length.</summary>
internal static class TextFields
{
    private const string Path = "text.format";
    private const string PlainFormat = """{"type":"text"}""";
    private const string Medium = "\"medium\"";

    /// <summary>The JSON that the content must be, null for text; and the verbosity asked for.</summary>
    public static (JsonFormat? Format, string? Verbosity) Parse(JsonElement root, ModelInfo model, IReadOnlyList<PromptMessage> messages)
    {
        if (!Fields.Given(root, "text", out var text))
        {
            return (null, null);
        }

        Fields.Only(Fields.Object(text, "text"), "text", "format", "verbosity");
        var verbosity = Fields.Given(text, "verbosity", out var value) ? Fields.OneOf(value, "text.verbosity", "low", "medium", "high") : null;
        return (Fields.Given(text, "format", out value) ? Format(value, model, messages) : null, verbosity);
    }

    /// <summary>A checked <c>text</c> as answers repeat it.</summary>
    public static string Told(JsonElement root)
    {
        var (format, verbosity) = (PlainFormat, Medium);
        if (Fields.Given(root, "text", out var text))
        {
            format = Fields.Given(text, "format", out var value) ? Fields.Canonical(value) : format;
            verbosity = Fields.Given(text, "verbosity", out value) ? Fields.Canonical(value) : verbosity;
        }

        return $"{{\"format\":{format},\"verbosity\":{verbosity}}}";
    }

    private static JsonFormat? Format(JsonElement format, ModelInfo model, IReadOnlyList<PromptMessage> messages)
    {
        Fields.Object(format, Path);
        var type = format.TryGetProperty("type", out var typeElement)
            ? Fields.OneOf(typeElement, $"{Path}.type", "json_object", "json_schema", "text")
            : throw OpenAiFault.Missing($"{Path}.type");
        if (type == "text")
        {
            return null;
        }

        var parsed = type == "json_schema" ? Schema(format) : new JsonFormat();
        if (!model.Can(ModelCapabilities.Json))
        {
            throw new OpenAiFault(400, $"Invalid parameter: '{Path}' of type '{type}' is not supported with this model.", Path, "unsupported_value");
        }

        return type == "json_schema" || messages.Any(static m => m.Text.Contains("json", StringComparison.OrdinalIgnoreCase)) ? parsed : throw new OpenAiFault(
            400, $"Response input messages must contain the word 'json' in some form to use '{Path}' of type 'json_object'.", "input");
    }

    private static JsonFormat Schema(JsonElement format)
    {
        Fields.Only(format, Path, "type", "name", "description", "schema", "strict");
        var name = Fields.RequiredString(format, "name", $"{Path}.name");
        var strict = Fields.Given(format, "strict", out var value) && Fields.Boolean(value, $"{Path}.strict");
        if (!format.TryGetProperty("schema", out var given))
        {
            throw OpenAiFault.Missing($"{Path}.schema");
        }

        var schema = JsonElement.Parse(Fields.Canonical(Fields.Object(given, $"{Path}.schema")));
        return strict && StrictSchemaCheck.ResponseFormat(name, schema) is { } fault
            ? throw new OpenAiFault(400, fault.Message, $"{Path}.schema", fault.Code)
            : new JsonFormat(name, schema);
    }
}
