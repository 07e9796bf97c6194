using System.Text.Json;
using System.Text.Json.Nodes;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>The types of JSON Schema, as a set.</summary>
[Flags]
internal enum SchemaTypes
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Number = 8,
    Integer = 16,
    Boolean = 32,
    Null = 64,

    /// <summary>Every type. A number includes the integers.</summary>
    Any = Object | Array | String | Number | Integer | Boolean | Null,
}

internal static class SchemaTypesOf
{
    /// <summary>What the <c>type</c> keyword allows, and OpenAPI's <c>nullable</c> beside it.</summary>
    public static SchemaTypes Schema(SchemaPlace place)
    {
        if (!place.Has("type", out var type))
        {
            return SchemaTypes.Any;
        }

        var types = SchemaTypes.None;
        if (type.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in type.EnumerateArray())
            {
                types |= Named(one);
            }
        }
        else
        {
            types = Named(type);
        }

        return place.Is("nullable") ? types | SchemaTypes.Null : types;
    }

    /// <summary>The type of a value; a whole number is an integer and a number.</summary>
    public static SchemaTypes Value(JsonNode? value) => value switch
    {
        null => SchemaTypes.Null,
        JsonObject => SchemaTypes.Object,
        JsonArray => SchemaTypes.Array,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => SchemaTypes.String,
            JsonValueKind.Number => decimal.IsInteger(JsonValues.Number(value)) ? SchemaTypes.Integer | SchemaTypes.Number : SchemaTypes.Number,
            JsonValueKind.Null => SchemaTypes.Null,
            _ => SchemaTypes.Boolean,
        },
    };

    /// <summary>The type that the other keywords speak of, for schemas without <c>type</c>; none where they speak of none.</summary>
    public static SchemaTypes Implied(SchemaPlace place)
    {
        foreach (var (type, keywords) in s_implied)
        {
            foreach (var keyword in keywords)
            {
                if (place.Has(keyword, out _))
                {
                    return type;
                }
            }
        }

        return SchemaTypes.None;
    }

    private static readonly (SchemaTypes Type, string[] Keywords)[] s_implied =
    [
        (SchemaTypes.Object, ["properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties"]),
        (SchemaTypes.Array, ["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "additionalItems", "unevaluatedItems"]),
        (SchemaTypes.String, ["pattern", "minLength", "maxLength", "format", "contentEncoding"]),
        (SchemaTypes.Number, ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];

    private static SchemaTypes Named(JsonElement name) => name.ValueKind != JsonValueKind.String ? SchemaTypes.None : name.GetString() switch
    {
        "object" => SchemaTypes.Object,
        "array" => SchemaTypes.Array,
        "string" => SchemaTypes.String,
        "number" => SchemaTypes.Number | SchemaTypes.Integer,
        "integer" => SchemaTypes.Integer,
        "boolean" => SchemaTypes.Boolean,
        "null" => SchemaTypes.Null,
        _ => SchemaTypes.None,
    };
}
