using System.Text.Json;
using FakeAi.Contracts.Catalogue;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// What definitions of tools count, as OpenAI's cookbook documents it (<c>num_tokens_for_tools</c>). It tells that for
/// functions with flat parameters that are all described; the same figures go for nested ones here, and a missing
/// description or type is empty. OpenAI documents nothing for custom tools: their format counts as its JSON.
/// </summary>
internal static class ToolTokens
{
    private const int PerFunction = 7;
    private const int PerFunctionCl100k = 10;
    private const int PerProperties = 3;
    private const int PerProperty = 3;
    private const int PerEnum = -3;
    private const int PerEnumValue = 3;
    private const int End = 12;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 };

    private static readonly string[] s_lists = ["anyOf", "oneOf", "allOf", "prefixItems"];
    private static readonly string[] s_maps = ["$defs", "definitions"];

    /// <summary>Counts definitions; 0 where the array is empty.</summary>
    /// <param name="model">Whose tokens.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="tools">A JSON array in the form of <c>tools</c> or of the older <c>functions</c>.</param>
    public static int Count(ModelInfo model, ITokenizer tokenizer, string tools)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var document = JsonDocument.Parse(tools, s_options);
        var perFunction = model.Tokenizer == ModelInfo.Cl100k ? PerFunctionCl100k : PerFunction;
        var tokens = 0;
        foreach (var tool in document.RootElement.EnumerateArray())
        {
            tokens += perFunction + Definition(tokenizer, Inner(tool));
        }

        return tokens == 0 ? 0 : tokens + End;
    }

    private static JsonElement Inner(JsonElement tool) =>
        tool.TryGetProperty("function", out var function) ? function
        : tool.TryGetProperty("custom", out var custom) ? custom
        : tool;

    private static int Definition(ITokenizer tokenizer, JsonElement definition)
    {
        var tokens = tokenizer.Count($"{Text(definition, "name")}:{Description(definition)}");
        if (definition.TryGetProperty("parameters", out var parameters))
        {
            tokens += Schema(tokenizer, parameters);
        }

        return definition.TryGetProperty("format", out var format) ? tokens + tokenizer.Count(format.GetRawText()) : tokens;
    }

    private static int Schema(ITokenizer tokenizer, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return 0;
        }

        var tokens = Properties(tokenizer, schema);
        if (schema.TryGetProperty("items", out var items))
        {
            tokens += Enum(tokenizer, items) + Schema(tokenizer, items);
        }

        foreach (var name in s_lists)
        {
            if (schema.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)
            {
                foreach (var part in list.EnumerateArray())
                {
                    tokens += Enum(tokenizer, part) + Schema(tokenizer, part);
                }
            }
        }

        foreach (var name in s_maps)
        {
            if (schema.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object)
            {
                foreach (var part in map.EnumerateObject())
                {
                    tokens += tokenizer.Count(part.Name) + Schema(tokenizer, part.Value);
                }
            }
        }

        return tokens;
    }

    private static int Properties(ITokenizer tokenizer, JsonElement schema)
    {
        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return 0;
        }

        var tokens = 0;
        foreach (var property in properties.EnumerateObject())
        {
            tokens += PerProperty + Enum(tokenizer, property.Value) + Schema(tokenizer, property.Value)
                + tokenizer.Count($"{property.Name}:{Text(property.Value, "type")}:{Description(property.Value)}");
        }

        return tokens == 0 ? 0 : PerProperties + tokens;
    }

    private static int Enum(ITokenizer tokenizer, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("enum", out var values) || values.ValueKind != JsonValueKind.Array)
        {
            return 0;
        }

        var tokens = PerEnum;
        foreach (var value in values.EnumerateArray())
        {
            tokens += PerEnumValue + tokenizer.Count(Text(value));
        }

        return Math.Max(tokens, 0);
    }

    private static string Description(JsonElement schema)
    {
        var text = Text(schema, "description");
        return text.EndsWith('.') ? text[..^1] : text;
    }

    private static string Text(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var value) ? Text(value) : "";

    /// <summary>A string's text, anything else's JSON.</summary>
    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
