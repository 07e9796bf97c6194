using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Reads JSON values strictly; what does not fit is told in OpenAI's words.</summary>
internal static class Fields
{
    private static readonly JsonWriterOptions s_canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every optional field may also be null.</summary>
    public static bool IsNull(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The member, or an undefined element where it is absent.</summary>
    public static JsonElement Member(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member : default;

    /// <summary>The member; false where it is absent or null.</summary>
    public static bool Given(JsonElement value, string name, out JsonElement member)
    {
        member = Member(value, name);
        return !IsNull(member);
    }

    /// <summary>A text within its limits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="longest">Most UTF-16 units.</param>
    /// <param name="mayBeEmpty">Whether it may be empty.</param>
    public static string Bounded(string text, string path, int longest, bool mayBeEmpty = true)
    {
        if (text.Length == 0 && !mayBeEmpty)
        {
            throw new OpenAiFault(
                400, $"Invalid '{path}': string too short. Expected a string with minimum length 1, but got an empty string instead.",
                path, "string_below_min_length");
        }

        return text.Length <= longest ? text : throw new OpenAiFault(
            400,
            $"Invalid '{path}': string too long. Expected a string with maximum length {Text(longest)}, but got a string with length {Text(text.Length)} instead.",
            path, "string_above_max_length");
    }

    public static string String(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw OpenAiFault.WrongType(path, "a string", value);
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8.
            throw OpenAiFault.NotJson();
        }
    }

    public static string RequiredString(JsonElement parent, string name, string path) =>
        parent.TryGetProperty(name, out var value) ? String(value, path) : throw OpenAiFault.Missing(path);

    public static string OneOf(JsonElement value, string path, params IReadOnlyList<string> supported)
    {
        var text = String(value, path);
        return supported.Contains(text, StringComparer.Ordinal) ? text : throw OpenAiFault.WrongValue(path, text, supported);
    }

    public static bool Boolean(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw OpenAiFault.WrongType(path, "a boolean", value),
    };

    public static double Decimal(JsonElement value, string path, double least, double most)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            throw OpenAiFault.WrongType(path, "a decimal", value);
        }

        return number > most ? throw OutOfRange(path, "decimal", above: true, Text(most), value)
            : number < least ? throw OutOfRange(path, "decimal", above: false, Text(least), value)
            : number;
    }

    public static long Integer(JsonElement value, string path, long least, long most)
    {
        if (value.ValueKind != JsonValueKind.Number || value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
        {
            throw OpenAiFault.WrongType(path, "an integer", value);
        }

        if (!value.TryGetInt64(out var number))
        {
            number = value.GetRawText()[0] == '-' ? long.MinValue : long.MaxValue;
            throw OutOfRange(path, "integer", above: number > 0, Text(number > 0 ? most : least), value);
        }

        return number > most ? throw OutOfRange(path, "integer", above: true, Text(most), value)
            : number < least ? throw OutOfRange(path, "integer", above: false, Text(least), value)
            : number;
    }

    public static JsonElement Object(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? value : throw OpenAiFault.WrongType(path, "an object", value);

    public static JsonElement Array(JsonElement value, string path, int least = 0, int most = int.MaxValue, string of = "an array")
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiFault.WrongType(path, of, value);
        }

        var length = value.GetArrayLength();
        if (length < least)
        {
            throw new OpenAiFault(
                400, $"Invalid '{path}': empty array. Expected an array with minimum length {Text(least)}, but got an empty array instead.",
                path, "empty_array");
        }

        return length <= most ? value : throw new OpenAiFault(
            400, $"Invalid '{path}': array too long. Expected an array with maximum length {Text(most)}, but got an array with length {Text(length)} instead.",
            path, "array_above_max_length");
    }

    /// <summary>Refuses members that the API does not know.</summary>
    public static void Only(JsonElement value, string path, params ReadOnlySpan<string> known)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw OpenAiFault.Unknown($"{path}.{OpenAiFault.Shorten(member.Name)}");
            }
        }
    }

    /// <summary>The value without the blanks and escapes that clients are free to choose.</summary>
    public static string Canonical(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, s_canonical))
        {
            value.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static OpenAiFault OutOfRange(string path, string kind, bool above, string limit, JsonElement value) => new(
        400,
        $"Invalid '{path}': {kind} {(above ? "above maximum" : "below minimum")} value. "
        + $"Expected a value {(above ? "<=" : ">=")} {limit}, but got {OpenAiFault.Shorten(value.GetRawText())} instead.",
        path,
        $"{kind}_{(above ? "above_max" : "below_min")}_value");
}
