using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Reads <c>output_config</c>: effort and structured output; the latter also under its older name <c>output_format</c>.</summary>
internal static class OutputFields
{
    private const string Path = "output_config";
    private const int Deepest = 32;

    /// <summary>The JSON that the answer must be; null for text.</summary>
    public static JsonFormat? Format(JsonElement root)
    {
        var (format, path) = Config(root) is { } config && Fields.Given(config, "format", out var inner) ? (inner, $"{Path}.format")
            : Fields.Given(root, "output_format", out var older) ? (older, "output_format")
            : (default, "");
        if (path.Length == 0)
        {
            return null;
        }

        Fields.Tag(format, path, "json_schema");
        Fields.Only(format, path, "type", "schema");
        var schema = Fields.Object(Fields.Required(format, "schema", $"{path}.schema"), $"{path}.schema");
        RequireClosed(schema, $"{path}.schema", 0);
        return new JsonFormat(path, JsonElement.Parse(JsonText.Canonical(schema)));
    }

    public static string? Effort(JsonElement root, ModelInfo model) =>
        Config(root) is not { } config || !Fields.Given(config, "effort", out var effort) ? null
        : !model.Can(ModelCapabilities.Reasoning) ? throw AnthropicWords.Wrong("This model does not support the effort parameter.")
        : Fields.OneOf(effort, $"{Path}.effort", "low", "medium", "high", "xhigh", "max");

    /// <summary>Effort also means longer or shorter answers; Anthropic's default is <c>high</c>.</summary>
    public static string? Verbosity(JsonElement root) =>
        Config(root) is { } config && Fields.Given(config, "effort", out var effort)
            ? effort.GetString() switch { "low" => "low", "xhigh" or "max" => "high", _ => null }
            : null;

    private static JsonElement? Config(JsonElement root)
    {
        if (!Fields.Given(root, Path, out var config))
        {
            return null;
        }

        Fields.Only(Fields.Object(config, Path), Path, "effort", "format");
        return config;
    }

    /// <summary>Anthropic takes objects only with <c>additionalProperties: false</c>.</summary>
    private static void RequireClosed(JsonElement schema, string path, int depth)
    {
        if (depth > Deepest)
        {
            throw AnthropicWords.Wrong(path, "Schema is too deeply nested");
        }

        if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in schema.EnumerateArray())
            {
                RequireClosed(item, path, depth + 1);
            }
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object")
            && !(schema.TryGetProperty("additionalProperties", out var rest) && rest.ValueKind == JsonValueKind.False))
        {
            throw AnthropicWords.Wrong(path, "For 'object' type, 'additionalProperties' must be explicitly set to false");
        }

        foreach (var member in schema.EnumerateObject())
        {
            if (member.Name is not ("enum" or "const" or "default" or "examples"))
            {
                RequireClosed(member.Value, path, depth + 1);
            }
        }
    }
}
