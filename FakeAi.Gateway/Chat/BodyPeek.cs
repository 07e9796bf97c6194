using System.Text.Json;

namespace FakeAi.Gateway.Chat;

/// <summary>
/// What the gateway needs to know of a body: the top-level <c>model</c> and <c>stream</c>. Tolerant: the engine
/// validates, and answers what is wrong.
/// </summary>
/// <param name="Model">The model asked for, at most 256 characters; null where none is named as text.</param>
/// <param name="Stream">Whether a streamed answer is asked for.</param>
internal readonly record struct BodyPeek(string? Model, bool Stream)
{
    private const int MaxModel = 256;

    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 64 };

    public static BodyPeek Of(ReadOnlySpan<byte> json)
    {
        string? model = null;
        var stream = false;
        try
        {
            var reader = new Utf8JsonReader(json, s_options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            var (hasModel, hasStream) = (false, false);
            while (!(hasModel && hasStream) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isModel = reader.ValueTextEquals("model"u8);
                var isStream = !isModel && reader.ValueTextEquals("stream"u8);
                if (!reader.Read())
                {
                    break;
                }

                if (isModel)
                {
                    hasModel = true;
                    model = reader.TokenType == JsonTokenType.String ? Cut(reader.GetString()) : null;
                }
                else if (isStream)
                {
                    hasStream = true;
                    stream = reader.TokenType == JsonTokenType.True;
                }

                reader.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Malformed from here on, or a text that is not UTF-8: what was found before still holds.
        }

        return new BodyPeek(model, stream);
    }

    private static string? Cut(string? model) => model is { Length: > MaxModel } ? model[..MaxModel] : model;
}
