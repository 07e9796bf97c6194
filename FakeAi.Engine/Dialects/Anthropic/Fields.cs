using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Reads JSON values strictly; what does not fit is told as Anthropic does: the field's path with dots, and what is wrong.</summary>
internal static class Fields
{
    private const int MostQuoted = 64;

    /// <summary>Optional fields may also be null.</summary>
    public static bool Given(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public static JsonElement Required(JsonElement parent, string name, string path) =>
        parent.TryGetProperty(name, out var value) ? value : throw AnthropicWords.Wrong(path, "Field required");

    public static string RequiredString(JsonElement parent, string name, string path) => String(Required(parent, name, path), path);

    public static string String(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw AnthropicWords.Wrong(path, "Input should be a valid string");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw AnthropicWords.Wrong(path, "Input should be a valid string, unable to parse raw data as a unicode string");
        }
    }

    public static string? OptionalString(JsonElement parent, string name, string path) => Given(parent, name, out var value) ? String(value, path) : null;

    public static bool OptionalBoolean(JsonElement parent, string name, string path) => Given(parent, name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw AnthropicWords.Wrong(path, "Input should be a valid boolean"),
    };

    public static long Integer(JsonElement value, string path, long least, long most = long.MaxValue)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            throw AnthropicWords.Wrong(path, "Input should be a valid integer");
        }

        return InRange(number, path, least, most);
    }

    public static double Number(JsonElement value, string path, double least, double most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            ? InRange(number, path, least, most)
            : throw AnthropicWords.Wrong(path, "Input should be a valid number");

    public static JsonElement Object(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? value : throw AnthropicWords.Wrong(path, "Input should be an object");

    public static JsonElement List(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Array ? value : throw AnthropicWords.Wrong(path, "Input should be a valid list");

    public static string OneOf(JsonElement value, string path, params IReadOnlyList<string> supported)
    {
        var text = value.ValueKind == JsonValueKind.String ? String(value, path) : null;
        return text is not null && supported.Contains(text, StringComparer.Ordinal) ? text : throw AnthropicWords.Wrong(path, $"Input should be {Enumerate(supported)}");
    }

    /// <summary>The <c>type</c> by which a value is one of several kinds.</summary>
    public static string Tag(JsonElement value, string path, params IReadOnlyList<string> expected)
    {
        Object(value, path);
        var tag = RequiredString(value, "type", $"{path}.type");
        return expected.Contains(tag, StringComparer.Ordinal) ? tag : throw AnthropicWords.Wrong(
            path, $"Input tag '{Shorten(tag)}' found using 'type' does not match any of the expected tags: {string.Join(", ", expected.Select(static e => $"'{e}'"))}");
    }

    /// <summary>Refuses members that the API does not know.</summary>
    public static void Only(JsonElement value, string path, params ReadOnlySpan<string> known)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw AnthropicWords.Wrong($"{path}.{Shorten(member.Name)}", "Extra inputs are not permitted");
            }
        }
    }

    /// <summary>An index as paths spell it.</summary>
    public static string At(string path, int index) => $"{path}.{index.ToString(CultureInfo.InvariantCulture)}";

    public static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>At most 64 characters of a client's own text, for messages.</summary>
    public static string Shorten(string text) => text.Length <= MostQuoted ? text : text[..(char.IsHighSurrogate(text[MostQuoted - 1]) ? MostQuoted - 1 : MostQuoted)] + "…";

    private static T InRange<T>(T number, string path, T least, T most)
        where T : IComparable<T>, IFormattable =>
        number.CompareTo(least) < 0 ? throw AnthropicWords.Wrong(path, $"Input should be greater than or equal to {Text(least)}")
        : number.CompareTo(most) > 0 ? throw AnthropicWords.Wrong(path, $"Input should be less than or equal to {Text(most)}")
        : number;

    private static string Enumerate(IReadOnlyList<string> values)
    {
        var quoted = values.Select(static v => $"'{v}'").ToArray();
        return quoted.Length == 1 ? quoted[0] : $"{string.Join(", ", quoted[..^1])} or {quoted[^1]}";
    }
}
