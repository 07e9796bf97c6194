using System.Globalization;
using System.Text.Json;

namespace FakeAi.Gateway.Resources;

/// <summary>Reads fields of bodies and queries strictly.</summary>
internal static class ResourceFields
{
    private const int MostMetadata = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;
    private const int LeastLife = 3600;
    private const int MostLife = 30 * 24 * 3600;

    public static void Only(JsonElement root, params ReadOnlySpan<string> known)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw ResourceErrors.Unknown(member.Name);
            }
        }
    }

    public static string Text(JsonElement root, string name)
    {
        var value = Given(root, name) ?? throw ResourceErrors.Missing(name);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw ResourceErrors.WrongType(name, "a string");
    }

    public static string? TextOrNull(JsonElement root, string name) => Given(root, name) is null ? null : Text(root, name);

    public static string OneOf(JsonElement root, string name, params IReadOnlyList<string> supported) => OneOf(Text(root, name), name, supported);

    public static string OneOf(string text, string name, IReadOnlyList<string> supported) =>
        supported.Contains(text, StringComparer.Ordinal) ? text : throw ResourceErrors.NotOneOf(name, text, supported);

    public static long Integer(JsonElement root, string name, long least, long most)
    {
        var value = Given(root, name) ?? throw ResourceErrors.Missing(name);
        return value.ValueKind != JsonValueKind.Number ? throw ResourceErrors.WrongType(name, "an integer")
            : value.TryGetInt64(out var number) && number >= least && number <= most ? number
            : throw ResourceErrors.OutOfRange(name, least, most, value.GetRawText());
    }

    /// <summary>The seconds of a policy <c>{anchor, seconds}</c>; null where there is none.</summary>
    public static TimeSpan? Life(JsonElement root, string name)
    {
        if (Given(root, name) is not { } policy)
        {
            return null;
        }

        if (policy.ValueKind != JsonValueKind.Object)
        {
            throw ResourceErrors.WrongType(name, "an object");
        }

        return Life(name, TextOrNull(policy, "anchor"), Given(policy, "seconds")?.GetRawText());
    }

    /// <summary>The seconds of a policy, read from its two parts.</summary>
    public static TimeSpan Life(string name, string? anchor, string? seconds)
    {
        OneOf(anchor ?? throw ResourceErrors.Missing($"{name}.anchor"), $"{name}.anchor", ["created_at"]);
        return int.TryParse(seconds ?? throw ResourceErrors.Missing($"{name}.seconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= LeastLife and <= MostLife
            ? TimeSpan.FromSeconds(number)
            : throw ResourceErrors.OutOfRange($"{name}.seconds", LeastLife, MostLife, seconds);
    }

    /// <summary>Up to 16 texts by name; null where there are none.</summary>
    public static IReadOnlyDictionary<string, string>? Metadata(JsonElement root)
    {
        if (Given(root, "metadata") is not { } metadata)
        {
            return null;
        }

        if (metadata.ValueKind != JsonValueKind.Object)
        {
            throw ResourceErrors.WrongType("metadata", "an object");
        }

        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in metadata.EnumerateObject())
        {
            var path = $"metadata.{ResourceErrors.Shorten(member.Name)}";
            var value = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw ResourceErrors.WrongType(path, "a string");
            if (member.Name.Length > LongestKey || value.Length > LongestValue)
            {
                throw ResourceErrors.Invalid($"Invalid '{path}': keys have at most 64 characters, values at most 512.", path, "string_above_max_length");
            }

            read[member.Name] = value;
        }

        return read.Count <= MostMetadata ? read : throw ResourceErrors.Invalid(
            "Invalid 'metadata': too many properties. Expected an object with at most 16 properties.", "metadata", "object_above_max_properties");
    }

    /// <summary>The query's <c>limit</c>.</summary>
    public static int Limit(HttpRequest request, int most, int otherwise)
    {
        var text = request.Query["limit"].ToString();
        return text.Length == 0 ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 && limit <= most ? limit
            : throw ResourceErrors.OutOfRange("limit", 1, most, text);
    }

    /// <summary>A text of the query; null where it is absent or empty.</summary>
    public static string? Query(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>The member, unless it is absent or null.</summary>
    public static JsonElement? Given(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
