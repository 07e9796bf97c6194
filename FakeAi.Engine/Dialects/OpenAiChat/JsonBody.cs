using System.Buffers;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Reads a body that must be one JSON object.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    /// <exception cref="OpenAiFault">It is none, or <paramref name="read"/> finds a fault in it.</exception>
    public static T Parse<T>(ReadOnlySequence<byte> body, Func<JsonElement, T> read)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, s_json);
        }
        catch (JsonException)
        {
            throw OpenAiFault.NotJson();
        }

        using (document)
        {
            try
            {
                return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw OpenAiFault.NotJson();
            }
            catch (InvalidOperationException)
            {
                // Text that is not UTF-8, found where it was first read.
                throw OpenAiFault.NotJson();
            }
        }
    }
}
