using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>JSON values: reading them from schemas, and comparing them as JSON Schema does.</summary>
internal static class JsonValues
{
    /// <summary>A copy of an element; of equal names the last one counts.</summary>
    public static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var copy = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    copy[member.Name] = Copy(member.Value);
                }

                return copy;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    items.Add(Copy(item));
                }

                return items;
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.True or JsonValueKind.False:
                return JsonValue.Create(element.GetBoolean());
            case JsonValueKind.Number:
                return JsonValue.Create(element);
            default:
                return null;
        }
    }

    /// <summary>Whether two values are equal: numbers by value, objects whatever their order.</summary>
    public static bool Same(JsonNode? left, JsonNode? right)
    {
        if (left is null || right is null)
        {
            return left is null && right is null;
        }

        if (IsNumber(left) && IsNumber(right))
        {
            return Number(left) == Number(right);
        }

        switch (left)
        {
            case JsonObject a when right is JsonObject b:
                if (a.Count != b.Count)
                {
                    return false;
                }

                foreach (var (name, value) in a)
                {
                    if (!b.TryGetPropertyValue(name, out var other) || !Same(value, other))
                    {
                        return false;
                    }
                }

                return true;
            case JsonArray a when right is JsonArray b:
                if (a.Count != b.Count)
                {
                    return false;
                }

                for (var i = 0; i < a.Count; i++)
                {
                    if (!Same(a[i], b[i]))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return left.GetValueKind() == right.GetValueKind() && left is JsonValue && right is JsonValue
                    && (left.GetValueKind() != JsonValueKind.String || left.GetValue<string>() == right.GetValue<string>());
        }
    }

    public static bool IsNumber(JsonNode? node) => node is JsonValue && node.GetValueKind() == JsonValueKind.Number;

    /// <summary>A number's value; beyond ±7.9e28 the nearest that a decimal holds.</summary>
    public static decimal Number(JsonNode node) => Number(node.ToJsonString());

    /// <inheritdoc cref="Number(JsonNode)"/>
    public static decimal Number(JsonElement element) => Number(element.GetRawText());

    private static decimal Number(string text)
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
        {
            return exact;
        }

        return text[0] == '-' ? decimal.MinValue : decimal.MaxValue;
    }
}
