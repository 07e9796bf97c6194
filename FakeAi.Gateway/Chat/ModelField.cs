using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FakeAi.Gateway.Chat;

/// <summary>
/// Puts another model into a body, for providers whose clients name it in the address or by a name of their own. All other bytes stay
/// as they came.
/// </summary>
internal static class ModelField
{
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 64 };

    /// <summary>The body with its top-level <c>model</c> replaced, or added in front.</summary>
    /// <param name="json">The body.</param>
    /// <param name="model">The model it shall name.</param>
    /// <returns>A new body; null where <paramref name="json"/> is no JSON object, which the engine will say.</returns>
    public static RequestBody? Replace(ReadOnlySpan<byte> json, string model)
    {
        var values = new List<(int Start, int End)>(1);
        int open;
        bool empty;
        try
        {
            var reader = new Utf8JsonReader(json, s_options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            open = (int)reader.BytesConsumed;
            empty = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                empty = false;
                var isModel = reader.ValueTextEquals("model"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (isModel)
                {
                    values.Add((start, (int)reader.BytesConsumed));
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }

        ReadOnlySpan<byte> quoted = [.. "\""u8, .. JsonEncodedText.Encode(model, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, .. "\""u8];
        ReadOnlySpan<byte> name = values.Count > 0 ? [] : "\"model\":"u8;
        ReadOnlySpan<byte> comma = values.Count > 0 || empty ? [] : ","u8;
        if (values.Count == 0)
        {
            values.Add((open, open));
        }

        var length = json.Length + (values.Count * quoted.Length) + name.Length + comma.Length - values.Sum(static v => v.End - v.Start);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var (from, to) = (0, 0);
        foreach (var (start, end) in values)
        {
            Copy(json[from..start]);
            Copy(name);
            Copy(quoted);
            Copy(comma);
            from = end;
        }

        Copy(json[from..]);
        return new RequestBody(buffer, length);

        void Copy(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(buffer.AsSpan(to));
            to += bytes.Length;
        }
    }
}
