using System.Text.Json;

namespace FakeAi.Gateway.OpenAi;

/// <summary>Learns from an engine's error body what to tell in events, whichever provider's words it has: all have an <c>error</c> with a message.</summary>
internal static class OpenAiErrorReader
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    /// <summary>Never throws: a body in another shape gives an error with the status alone.</summary>
    public static OpenAiError Read(int status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_json);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error"u8, out var error) && error.ValueKind == JsonValueKind.Object)
            {
                return new OpenAiError(
                    status, Text(error, "message"u8) ?? "", Text(error, "type"u8) ?? Text(error, "status"u8) ?? Kind(status),
                    Text(error, "param"u8), Text(error, "code"u8)) { AsTold = true };
            }
        }
        catch (JsonException)
        {
            // Not JSON: told below by its status.
        }

        return new OpenAiError(status, $"HTTP {status} from the engine", Kind(status)) { AsTold = true };
    }

    private static string Kind(int status) => status < 500 ? OpenAiErrors.InvalidRequest : OpenAiErrors.ServerError;

    private static string? Text(JsonElement element, ReadOnlySpan<byte> name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Not UTF-8.
            return null;
        }
    }
}
