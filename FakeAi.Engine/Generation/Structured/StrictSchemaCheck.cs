using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>A schema that strict mode refuses, in OpenAI's words.</summary>
/// <param name="Message">The error's message.</param>
/// <param name="Param">The error's parameter.</param>
/// <param name="Code">The error's code; null where OpenAI sends none.</param>
internal sealed record StrictSchemaFault(string Message, string Param, string? Code);

/// <summary>
/// OpenAI's strict mode: which schemas it takes. Limits and keywords from OpenAI's guide "Structured model outputs", section
/// "Supported schemas"; messages as clients report them, those of the total numbers of properties and characters in our words.
/// </summary>
internal sealed class StrictSchemaCheck
{
    private const int MostLevels = 10;
    private const int MostProperties = 5000;
    private const int MostEnumValues = 1000;
    private const int MostCharacters = 120_000;
    private const int DeepestWalk = 64;

    private static readonly string[] s_forbidden =
    [
        "allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties", "propertyNames",
        "unevaluatedProperties", "unevaluatedItems", "minProperties", "maxProperties", "contains", "minContains", "maxContains", "uniqueItems", "default",
    ];

    private int _properties;
    private int _enumValues;
    private long _characters;

    private StrictSchemaCheck()
    {
    }

    /// <summary>Checks the schema of <c>response_format</c>.</summary>
    /// <param name="name">The schema's name.</param>
    /// <param name="schema">The schema.</param>
    public static StrictSchemaFault? ResponseFormat(string name, JsonElement schema) =>
        (Root(schema) ?? new StrictSchemaCheck().Run(schema)) is { } problem
            ? new StrictSchemaFault($"Invalid schema for response_format '{name}': {problem}", "response_format", null)
            : null;

    /// <summary>Checks a tool's parameters.</summary>
    /// <param name="name">The function's name.</param>
    /// <param name="parameters">The schema.</param>
    /// <param name="param">Where it stands, such as <c>tools[0].function.parameters</c>.</param>
    /// <param name="strict">Whether strict mode is asked for; without it only the root's type is looked at.</param>
    public static StrictSchemaFault? Function(string name, JsonElement parameters, string param, bool strict) =>
        (Root(parameters) ?? (strict ? new StrictSchemaCheck().Run(parameters) : null)) is { } problem
            ? new StrictSchemaFault($"Invalid schema for function '{name}': {problem}", param, "invalid_function_parameters")
            : null;

    private static string? Root(JsonElement schema)
    {
        var type = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var own) ? own : default;
        return type.ValueKind == JsonValueKind.String && type.ValueEquals("object")
            ? null
            : $"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{(type.ValueKind == JsonValueKind.String ? type.GetString() : "None")}\"'.";
    }

    private string? Run(JsonElement schema)
    {
        if (Walk(schema, [], 1) is { } problem)
        {
            return problem;
        }

        var (count, most, what) = _properties > MostProperties ? (_properties, MostProperties, "object properties")
            : _enumValues > MostEnumValues ? (_enumValues, MostEnumValues, "enum values")
            : _characters > MostCharacters ? (_characters, MostCharacters, "characters of names and values")
            : (0, 0, "");
        return count == 0 ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"Expected at most {most} {what} in total within a schema when using structured outputs, but got {count}. Consider reducing the number of {what}, or use 'strict: false' to opt out of structured outputs.");
    }

    private string? Walk(JsonElement schema, List<string> context, int level)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return In(context, "schema must be an object.");
        }

        if (level > MostLevels || context.Count > DeepestWalk)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{level} levels of nesting exceeds limit of {MostLevels}.");
        }

        if (schema.TryGetProperty("$ref", out _))
        {
            var others = schema.EnumerateObject().Select(static m => m.Name).Where(static n => n is not ("$ref" or "$defs" or "definitions")).ToArray();
            return others.Length == 0 ? Parts(schema, context, level) : In(context, $"$ref cannot have keywords {{{string.Join(", ", others.Select(static o => $"'{o}'"))}}}.");
        }

        foreach (var keyword in s_forbidden)
        {
            if (schema.TryGetProperty(keyword, out _))
            {
                return In(context, $"'{keyword}' is not permitted.");
            }
        }

        if (!schema.TryGetProperty("type", out var type) && !schema.TryGetProperty("anyOf", out _) && !schema.TryGetProperty("enum", out _) && !schema.TryGetProperty("const", out _))
        {
            return In(context, "schema must have a 'type' key.");
        }

        if (schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array)
        {
            _enumValues += values.GetArrayLength();
            _characters += values.EnumerateArray().Sum(static v => v.ValueKind == JsonValueKind.String ? v.GetString()!.Length : 0);
        }

        return (Names(type, "object") ? ObjectRules(schema, context) : null)
            ?? (Names(type, "array") && !schema.TryGetProperty("items", out _) ? In(context, "array schema missing items.") : null)
            ?? Parts(schema, context, level);
    }

    private string? ObjectRules(JsonElement schema, List<string> context)
    {
        if (!schema.TryGetProperty("additionalProperties", out var rest) || rest.ValueKind != JsonValueKind.False)
        {
            return In(context, "'additionalProperties' is required to be supplied and to be false.");
        }

        var required = new HashSet<string>(StringComparer.Ordinal);
        if (schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array)
        {
            required.UnionWith(names.EnumerateArray().Where(static n => n.ValueKind == JsonValueKind.String).Select(static n => n.GetString()!));
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in properties.EnumerateObject())
            {
                _properties++;
                _characters += property.Name.Length;
                known.Add(property.Name);
                if (!required.Contains(property.Name))
                {
                    return In(context, $"'required' is required to be supplied and to be an array including every key in properties. Missing '{property.Name}'.");
                }
            }
        }

        var extra = required.Except(known, StringComparer.Ordinal).FirstOrDefault();
        return extra is null ? null : In(
            context, $"'required' is required to be supplied and to be an array including every key in properties. Extra required key '{extra}' supplied.");
    }

    /// <summary>The schemas within: members and items stand one level deeper, alternatives and definitions do not.</summary>
    private string? Parts(JsonElement schema, List<string> context, int level)
    {
        foreach (var (keyword, deeper) in (ReadOnlySpan<(string, int)>)[("properties", 1), ("$defs", 0), ("definitions", 0)])
        {
            if (schema.TryGetProperty(keyword, out var members) && members.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in members.EnumerateObject())
                {
                    var nested = deeper == 1 && !IsContainer(member.Value) ? 0 : deeper;
                    if (Walk(member.Value, [.. context, keyword, member.Name], deeper == 0 ? 1 : level + nested) is { } problem)
                    {
                        return problem;
                    }
                }
            }
        }

        if (schema.TryGetProperty("items", out var items) && Walk(items, [.. context, "items"], level + (IsContainer(items) ? 1 : 0)) is { } wrong)
        {
            return wrong;
        }

        if (schema.TryGetProperty("anyOf", out var options) && options.ValueKind == JsonValueKind.Array)
        {
            for (var i = 0; i < options.GetArrayLength(); i++)
            {
                if (Walk(options[i], [.. context, "anyOf", i.ToString(CultureInfo.InvariantCulture)], level) is { } problem)
                {
                    return problem;
                }
            }
        }

        return null;
    }

    private static bool IsContainer(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && (Names(type, "object") || Names(type, "array"));

    private static bool Names(JsonElement type, string name) => type.ValueKind switch
    {
        JsonValueKind.String => type.ValueEquals(name),
        JsonValueKind.Array => type.EnumerateArray().Any(t => t.ValueKind == JsonValueKind.String && t.ValueEquals(name)),
        _ => false,
    };

    /// <summary>The place as OpenAI spells it: a Python tuple.</summary>
    private static string In(List<string> context, string problem) =>
        $"In context=({string.Join(", ", context.Select(static c => $"'{c}'"))}{(context.Count == 1 ? "," : "")}), {problem}";
}
