using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>
/// Makes JSON Schema of Gemini's <c>Schema</c>, a subset of OpenAPI's: types in upper case, <c>nullable</c>, counts as text,
/// <c>propertyOrdering</c>.
/// </summary>
internal sealed class SchemaReader(Payload payload)
{
    private const int Deepest = 32;

    private static readonly string[] s_known =
    [
        "type", "format", "title", "description", "nullable", "enum", "max_items", "min_items", "properties", "required", "min_properties", "max_properties",
        "min_length", "max_length", "pattern", "example", "any_of", "property_ordering", "default", "items", "minimum", "maximum",
    ];

    // Those that say how a number is kept, not how it is written.
    private static readonly string[] s_storageFormats = ["int32", "int64", "float", "double", "enum"];

    private static readonly (string Proto, string Json)[] s_counts =
    [
        ("max_items", "maxItems"), ("min_items", "minItems"), ("min_properties", "minProperties"), ("max_properties", "maxProperties"),
        ("min_length", "minLength"), ("max_length", "maxLength"),
    ];

    public JsonElement Read(JsonElement schema, string path)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Plain))
        {
            Write(json, schema, path, 0);
        }

        return JsonElement.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void Write(Utf8JsonWriter json, JsonElement value, string path, int depth)
    {
        if (depth > Deepest)
        {
            throw GeminiWords.InvalidArgument($"A schema in the request exceeds the maximum allowed nesting depth of {Deepest.ToString(CultureInfo.InvariantCulture)}.");
        }

        var schema = payload.Message(value, path, "Schema", s_known);
        json.WriteStartObject();
        Type(json, schema);
        foreach (var name in (ReadOnlySpan<string>)["title", "description", "pattern"])
        {
            if (schema.String(name) is { } text)
            {
                json.WriteString(name, text);
            }
        }

        if (schema.String("format") is { } format && !s_storageFormats.Contains(format, StringComparer.Ordinal))
        {
            json.WriteString("format"u8, format);
        }

        foreach (var (proto, name) in s_counts)
        {
            if (schema.Integer(proto) is { } count)
            {
                json.WriteNumber(name, count);
            }
        }

        foreach (var name in (ReadOnlySpan<string>)["minimum", "maximum"])
        {
            if (schema.Float(name) is { } bound)
            {
                json.WriteNumber(name, bound);
            }
        }

        Properties(json, schema, depth);
        if (schema.Raw("items") is { } items)
        {
            json.WritePropertyName("items"u8);
            Write(json, items, schema.In("items"), depth + 1);
        }

        if (schema.Has("any_of"))
        {
            json.WriteStartArray("anyOf"u8);
            foreach (var (option, at) in schema.List("any_of"))
            {
                Write(json, option, at, depth + 1);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Type(Utf8JsonWriter json, ProtoMessage schema)
    {
        var type = schema.Enumeration("type", "Type", "TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL");
        var nullable = schema.Boolean("nullable");
        if (type is not null and not "TYPE_UNSPECIFIED")
        {
            var name = type.ToLowerInvariant();
            if (nullable)
            {
                json.WriteStartArray("type"u8);
                json.WriteStringValue(name);
                json.WriteStringValue("null"u8);
                json.WriteEndArray();
            }
            else
            {
                json.WriteString("type"u8, name);
            }
        }

        if (schema.Strings("enum") is { Count: > 0 } values)
        {
            json.WriteStartArray("enum"u8);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            if (nullable)
            {
                json.WriteNullValue();
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Properties in the order that the schema asks for. In paths they are entries of a map, by their place.</summary>
    private void Properties(Utf8JsonWriter json, ProtoMessage schema, int depth)
    {
        if (schema.Raw("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            var order = schema.Strings("property_ordering");
            var entries = properties.EnumerateObject().Select((property, index) => (property.Name, property.Value, Path: $"{Payload.At(schema.In("properties"), index)}.value"));
            json.WriteStartObject("properties"u8);
            foreach (var (name, value, path) in entries.OrderBy(e => order.IndexOf(e.Name) is >= 0 and var at ? at : int.MaxValue))
            {
                json.WritePropertyName(name);
                Write(json, value, path, depth + 1);
            }

            json.WriteEndObject();
        }

        if (schema.Strings("required") is { Count: > 0 } required)
        {
            json.WriteStartArray("required"u8);
            foreach (var name in required)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }
    }
}
