using System.Text.Json;

namespace FakeAi.Engine.Streaming;

/// <summary>Writes what is new in a chunk as a JSON object: text as <c>content</c>, bytes as base64 <c>data</c>, JSON as it stands.</summary>
internal static class DeltaGenerator
{
    /// <summary>Writes the member <c>"delta": {…}</c>.</summary>
    public static void Write(Utf8JsonWriter json, StreamChunk chunk)
    {
        json.WritePropertyName("delta"u8);
        if (chunk.Kind == StreamDataKind.Json)
        {
            json.WriteRawValue(chunk.Data.Span);
            return;
        }

        json.WriteStartObject();
        if (chunk.Kind == StreamDataKind.Text)
        {
            json.WriteString("content"u8, chunk.Data.Span);
        }
        else
        {
            json.WriteBase64String("data"u8, chunk.Data.Span);
        }

        json.WriteEndObject();
    }
}
