using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>A schema and where it stands in its document.</summary>
/// <param name="Schema">The schema itself: an object, or true or false.</param>
/// <param name="Pointer">JSON pointer from the document's root; the same schema always has the same pointer.</param>
internal readonly record struct SchemaPlace(JsonElement Schema, string Pointer)
{
    /// <summary>Reads a keyword; false where the schema is no object or lacks it.</summary>
    public bool Has(string keyword, out JsonElement value)
    {
        value = default;
        return Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty(keyword, out value);
    }

    /// <summary>The pointer of one of this schema's keywords.</summary>
    public string At(string keyword) => $"{Pointer}/{Escape(keyword)}";

    /// <summary>A schema that is a keyword's value.</summary>
    public SchemaPlace Child(string keyword, JsonElement schema) => new(schema, At(keyword));

    /// <summary>A schema that is a member of a keyword's object.</summary>
    public SchemaPlace Child(string keyword, string key, JsonElement schema) => new(schema, $"{At(keyword)}/{Escape(key)}");

    /// <summary>A schema that is an item of a keyword's array.</summary>
    public SchemaPlace Child(string keyword, int index, JsonElement schema) =>
        new(schema, $"{At(keyword)}/{index.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The schemas in a keyword's array; none where it is no array.</summary>
    public IEnumerable<SchemaPlace> Items(string keyword)
    {
        if (!Has(keyword, out var array) || array.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            yield return Child(keyword, index++, item);
        }
    }

    /// <summary>The schemas in a keyword's object, with their keys; none where it is no object.</summary>
    public IEnumerable<(string Key, SchemaPlace Place)> Members(string keyword)
    {
        if (!Has(keyword, out var members) || members.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var member in members.EnumerateObject())
        {
            yield return (member.Name, Child(keyword, member.Name, member.Value));
        }
    }

    /// <summary>A keyword that is a whole number from 0; null where it is missing or none. Larger than an integer counts as the largest.</summary>
    public int? Count(string keyword) =>
        Has(keyword, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= 0
            ? (int)Math.Min(number, int.MaxValue)
            : null;

    /// <summary>Whether a keyword is <c>true</c>.</summary>
    public bool Is(string keyword) => Has(keyword, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A keyword that is a text.</summary>
    public string? Text(string keyword) => Has(keyword, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Escape(string key) => key.AsSpan().IndexOfAny('~', '/') < 0
        ? key
        : key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
