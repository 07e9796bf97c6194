using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Media;

/// <summary>Reads texts that generators are given.</summary>
internal static class MediaFields
{
    /// <exception cref="StreamGenerationException">It is missing, empty or too long.</exception>
    public static string Text(StreamContext context, JsonElement request, string name, int longest) =>
        request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && Read(value) is { Length: > 0 } text && text.Length <= longest
            ? text
            : throw Invalid(context, string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a text of 1 to {longest} characters."));

    /// <exception cref="StreamGenerationException">It is no text.</exception>
    public static string TextOr(StreamContext context, JsonElement request, string name, string otherwise) =>
        !request.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? otherwise
            : value.ValueKind == JsonValueKind.String && Read(value) is { } text ? text
            : throw Invalid(context, $"'{name}' must be a text.");

    public static StreamGenerationException Invalid(StreamContext context, string message) => new(context.Id, StreamError.Invalid(message));

    /// <summary>The text; null where it is no Unicode.</summary>
    private static string? Read(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
