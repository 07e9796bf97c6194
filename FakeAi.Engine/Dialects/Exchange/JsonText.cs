using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.Exchange;

/// <summary>Text on its way into JSON, and JSON on its way into a canonical text.</summary>
internal static class JsonText
{
    /// <summary>How dialects write JSON: escapes only where JSON needs them.</summary>
    public static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same with line breaks and indents.</summary>
    public static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly JsonDocumentOptions Document = new() { MaxDepth = 64 };

    /// <summary>Writes text as it stands between the quotes of a JSON string.</summary>
    public static void Escape(ReadOnlySpan<char> text, IBufferWriter<byte> output)
    {
        if (text.IndexOfAny('"', '\\', '\n') < 0 && Ascii.IsValid(text) && text.IndexOfAnyInRange('\0', '\x1f') < 0 && !text.Contains('\x7f'))
        {
            output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
            return;
        }

        output.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
    }

    /// <summary>A text as a JSON string.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>The value without the blanks and escapes that clients are free to choose.</summary>
    /// <exception cref="InvalidOperationException">It holds text that is not UTF-8.</exception>
    public static string Canonical(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            value.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>JSON as a writer makes it.</summary>
    public static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A call's arguments where they are one JSON object; none where a script or a limit left something else.</summary>
    public static string ObjectOrEmpty(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments, Document);
            return document.RootElement.ValueKind == JsonValueKind.Object ? arguments : "{}";
        }
        catch (JsonException)
        {
            return "{}";
        }
    }
}
