using System.Text.Json;
using FakeAi.Engine.Generation.Structured.Patterns;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Which schemas an object's schema holds for a member.</summary>
internal static class ObjectSchemas
{
    /// <summary>
    /// Those of <c>properties</c> and <c>patternProperties</c>, or else <c>additionalProperties</c>; none where the schema
    /// does not speak of the member.
    /// </summary>
    public static IEnumerable<SchemaPlace> For(SchemaPlace place, string name, PatternMatcher patterns)
    {
        var any = false;
        if (place.Has("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            && properties.TryGetProperty(name, out var property))
        {
            any = true;
            yield return place.Child("properties", name, property);
        }

        foreach (var (pattern, schema) in place.Members("patternProperties"))
        {
            if (patterns.IsMatch(name, pattern))
            {
                any = true;
                yield return schema;
            }
        }

        if (!any && place.Has("additionalProperties", out var rest))
        {
            yield return place.Child("additionalProperties", rest);
        }
    }
}

/// <summary>Which schema an array's schema holds for an item.</summary>
internal static class ArraySchemas
{
    /// <summary>That of the tuple's place, or else of the rest; null where the schema does not speak of the item.</summary>
    public static SchemaPlace? For(SchemaPlace place, int index)
    {
        var (keyword, rest) = Keywords(place);
        if (keyword is not null && index < PrefixOf(place))
        {
            _ = place.Has(keyword, out var tuple);
            return place.Child(keyword, index, tuple[index]);
        }

        return place.Has(rest, out var schema) && schema.ValueKind != JsonValueKind.Array ? place.Child(rest, schema) : null;
    }

    /// <summary>How many places the tuple has.</summary>
    public static int PrefixOf(SchemaPlace place) =>
        Keywords(place).Tuple is { } keyword && place.Has(keyword, out var tuple) ? tuple.GetArrayLength() : 0;

    /// <summary>2020-12 has <c>prefixItems</c> and <c>items</c>; before, it was an array of <c>items</c> and <c>additionalItems</c>.</summary>
    private static (string? Tuple, string Others) Keywords(SchemaPlace place) =>
        place.Has("prefixItems", out var prefix) && prefix.ValueKind == JsonValueKind.Array ? ("prefixItems", "items")
        : place.Has("items", out var items) && items.ValueKind == JsonValueKind.Array ? ("items", "additionalItems")
        : (null, "items");
}
