using System.Globalization;
using System.Text.Json;

namespace FakeAi.TestKit;

/// <summary>
/// Checks JSON against the schemas of an OpenAPI description: types, <c>nullable</c>, enums, required and known members,
/// items, references, and the combinations of schemas. Stricter than the standard in one point: a member that a schema with
/// <c>properties</c> does not name is a fault, so that misspelt names are found.
/// </summary>
public sealed class SchemaCheck
{
    private readonly JsonElement _root;
    private readonly HashSet<string> _further;

    /// <summary>Makes a checker.</summary>
    /// <param name="description">The description, with its schemas under <c>components/schemas</c>.</param>
    /// <param name="furtherMembers">Names of members that are allowed beside those that schemas name.</param>
    public SchemaCheck(JsonElement description, params string[] furtherMembers)
    {
        _root = description.GetProperty("components").GetProperty("schemas").Clone();
        _further = furtherMembers.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What is wrong with a value; empty where it conforms.</summary>
    public IReadOnlyList<string> Faults(string schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(_root.GetProperty(schema), value, "$", faults);
        return faults;
    }

    private void Check(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean())
        {
            return;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(_root.GetProperty(reference.GetString()!.Split('/')[^1]), value, path, faults);
            return;
        }

        if (schema.TryGetProperty("type", out var type) && !IsOf(type, value))
        {
            faults.Add($"{path}: {value.ValueKind} is not {type}");
            return;
        }

        if (schema.TryGetProperty("enum", out var choices) && !choices.EnumerateArray().Any(c => JsonElement.DeepEquals(c, value)))
        {
            faults.Add($"{path}: {value} is none of {choices}");
        }

        Combined(schema, value, path, faults);
        if (value.ValueKind == JsonValueKind.Object)
        {
            Members(schema, value, path, faults);
        }
        else if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(items, item, $"{path}[{index++.ToString(CultureInfo.InvariantCulture)}]", faults);
            }
        }
    }

    private void Combined(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (schema.TryGetProperty("allOf", out var all))
        {
            foreach (var one in all.EnumerateArray())
            {
                Check(one, value, path, faults);
            }
        }

        foreach (var name in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            if (!schema.TryGetProperty(name, out var options))
            {
                continue;
            }

            var found = options.EnumerateArray().Select(option =>
            {
                var own = new List<string>();
                Check(option, value, path, own);
                return own;
            }).ToArray();
            var fitting = found.Count(static f => f.Count == 0);
            if (fitting == 0 || (name == "oneOf" && fitting > 1))
            {
                faults.Add($"{path}: fits {fitting.ToString(CultureInfo.InvariantCulture)} of {name}: {string.Join("; ", found.SelectMany(static f => f))}");
            }
        }
    }

    private void Members(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            faults.AddRange(required.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)).Select(r => $"{path}: lacks {r}"));
        }

        var named = schema.TryGetProperty("properties", out var properties);
        var free = schema.TryGetProperty("additionalProperties", out var additional);
        foreach (var member in value.EnumerateObject())
        {
            var at = $"{path}.{member.Name}";
            if (named && properties.TryGetProperty(member.Name, out var property))
            {
                Check(property, member.Value, at, faults);
            }
            else if (free && additional.ValueKind == JsonValueKind.Object)
            {
                Check(additional, member.Value, at, faults);
            }
            else if ((free && additional.ValueKind == JsonValueKind.False) || (named && !free && !_further.Contains(member.Name)))
            {
                faults.Add($"{at}: unknown member");
            }
        }
    }

    private static bool IsOf(JsonElement type, JsonElement value) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(t => IsOf(t, value))
        : type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "number" => value.ValueKind == JsonValueKind.Number,
            var other => throw new NotSupportedException($"Type '{other}'."),
        };
}
