using System.Text.Json;
using System.Text.Json.Nodes;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Objects and arrays, and which of their parts a schema has looked at.</summary>
internal sealed partial class SchemaValidator
{
    private bool Object(SchemaPlace place, JsonObject value, int depth)
    {
        if (value.Count < place.Count("minProperties"))
        {
            return Fails(place.At("minProperties"));
        }

        if (value.Count > place.Count("maxProperties"))
        {
            return Fails(place.At("maxProperties"));
        }

        if (place.Has("required", out var required) && !HasAll(value, required))
        {
            return Fails(place.At("required"));
        }

        foreach (var (name, member) in value)
        {
            if (!Member(place, name, member, depth))
            {
                return false;
            }
        }

        return Dependencies(place, value, depth) && Unevaluated(place, value, depth);
    }

    private bool Member(SchemaPlace place, string name, JsonNode? member, int depth)
    {
        if (place.Has("propertyNames", out var names) && !Holds(place.Child("propertyNames", names), JsonValue.Create(name), depth + 1))
        {
            return Fails(place.At("propertyNames"));
        }

        foreach (var schema in ObjectSchemas.For(place, name, patterns))
        {
            if (!Holds(schema, member, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private bool Dependencies(SchemaPlace place, JsonObject value, int depth)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["dependentRequired", "dependentSchemas", "dependencies"])
        {
            foreach (var (name, dependency) in place.Members(keyword))
            {
                if (value.ContainsKey(name)
                    && !(dependency.Schema.ValueKind == JsonValueKind.Array ? HasAll(value, dependency.Schema) : Holds(dependency, value, depth + 1)))
                {
                    return Fails(place.At(keyword));
                }
            }
        }

        return true;
    }

    private bool Unevaluated(SchemaPlace place, JsonObject value, int depth)
    {
        if (!place.Has("unevaluatedProperties", out var rest))
        {
            return true;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        Seen(place, value, depth, seen);
        return value.All(m => seen.Contains(m.Key) || Holds(place.Child("unevaluatedProperties", rest), m.Value, depth + 1));
    }

    /// <summary>Gathers the members that a schema and its applicable parts speak of.</summary>
    private void Seen(SchemaPlace place, JsonObject value, int depth, HashSet<string> seen)
    {
        foreach (var (name, _) in value)
        {
            if (ObjectSchemas.For(place, name, patterns).Any())
            {
                seen.Add(name);
            }
        }

        foreach (var part in Applied(place, value, depth))
        {
            Seen(part, value, depth + 1, seen);
        }
    }

    /// <summary>The schemas that apply to the same value and hold.</summary>
    private List<SchemaPlace> Applied(SchemaPlace place, JsonNode value, int depth)
    {
        var parts = new List<SchemaPlace>();
        if (depth > Deepest || --_steps < 0)
        {
            return parts;
        }

        document.References(place, parts);
        foreach (var keyword in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            parts.AddRange(place.Items(keyword).Where(p => Holds(p, value, depth + 1)));
        }

        if (place.Has("if", out var condition))
        {
            var test = place.Child("if", condition);
            var held = Holds(test, value, depth + 1);
            if (held)
            {
                parts.Add(test);
            }

            if (place.Has(held ? "then" : "else", out var branch))
            {
                parts.Add(place.Child(held ? "then" : "else", branch));
            }
        }

        foreach (var (name, dependency) in place.Members("dependentSchemas"))
        {
            if (value is JsonObject members && members.ContainsKey(name))
            {
                parts.Add(dependency);
            }
        }

        return parts;
    }

    private bool Array(SchemaPlace place, JsonArray items, int depth)
    {
        if (items.Count < place.Count("minItems"))
        {
            return Fails(place.At("minItems"));
        }

        if (items.Count > place.Count("maxItems"))
        {
            return Fails(place.At("maxItems"));
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (ArraySchemas.For(place, i) is { } schema && !Holds(schema, items[i], depth + 1))
            {
                return false;
            }
        }

        return Contains(place, items, depth) && Unique(place, items) && UnevaluatedItems(place, items, depth);
    }

    private bool Contains(SchemaPlace place, JsonArray items, int depth)
    {
        if (!place.Has("contains", out var contains))
        {
            return true;
        }

        var count = items.Count(i => Holds(place.Child("contains", contains), i, depth + 1));
        return (count >= (place.Count("minContains") ?? 1) && count <= (place.Count("maxContains") ?? int.MaxValue)) || Fails(place.At("contains"));
    }

    private bool Unique(SchemaPlace place, JsonArray items)
    {
        if (!place.Is("uniqueItems"))
        {
            return true;
        }

        for (var i = 1; i < items.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (--_steps < 0 || JsonValues.Same(items[i], items[j]))
                {
                    return Fails(place.At("uniqueItems"));
                }
            }
        }

        return true;
    }

    private bool UnevaluatedItems(SchemaPlace place, JsonArray items, int depth)
    {
        if (!place.Has("unevaluatedItems", out var rest))
        {
            return true;
        }

        var seen = SeenItems(place, items, depth);
        return items.Skip(seen).All(i => Holds(place.Child("unevaluatedItems", rest), i, depth + 1));
    }

    private int SeenItems(SchemaPlace place, JsonArray items, int depth)
    {
        var own = place.Has("items", out var rest) && rest.ValueKind != JsonValueKind.Array ? items.Count : ArraySchemas.PrefixOf(place);
        return Applied(place, items, depth).Aggregate(own, (most, part) => Math.Max(most, SeenItems(part, items, depth + 1)));
    }

    private static bool HasAll(JsonObject value, JsonElement names)
    {
        if (names.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        foreach (var name in names.EnumerateArray())
        {
            if (name.ValueKind == JsonValueKind.String && !value.ContainsKey(name.GetString()!))
            {
                return false;
            }
        }

        return true;
    }
}
