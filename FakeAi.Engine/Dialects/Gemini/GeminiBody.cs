using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Reads the body of a request: one JSON object, which may hold our own fields beside Google's.</summary>
internal static class GeminiBody
{
    /// <exception cref="ProviderFault">It is no JSON object, or <paramref name="read"/> finds a fault in it.</exception>
    public static T Read<T>(ReadOnlySequence<byte> body, Func<JsonElement, T> read)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, JsonText.Document);
        }
        catch (JsonException)
        {
            throw NotJson("Parsing terminated before end of input.");
        }

        using (document)
        {
            try
            {
                return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw NotJson("Root element must be a message.");
            }
            catch (InvalidOperationException)
            {
                // Text that is not UTF-8, found where it was first read.
                throw NotJson("Text is not UTF-8.");
            }
        }

        static ProviderFault NotJson(string why) => GeminiWords.InvalidArgument($"Invalid JSON payload received. {why}");
    }

    /// <summary>The body without our own fields, which Google's messages do not have.</summary>
    public static JsonElement Own(JsonElement root)
    {
        if (!root.EnumerateObject().Any(static m => SteeringFields.Knows(m.Name)))
        {
            return root;
        }

        var members = root.EnumerateObject().Where(static m => !SteeringFields.Knows(m.Name)).Select(static m => $"{JsonText.Quote(m.Name)}:{m.Value.GetRawText()}");
        return JsonElement.Parse($"{{{string.Join(',', members)}}}");
    }
}
