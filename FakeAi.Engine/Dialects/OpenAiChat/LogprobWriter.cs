using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>The <c>logprobs</c> object of a chat choice: probabilities of content and refusal, token by token.</summary>
internal static class LogprobWriter
{
    public static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether tokens of a kind have probabilities: those of reasoning and calls are not told.</summary>
    public static bool Tells(PartKind kind) => kind is PartKind.Content or PartKind.Refusal;

    /// <summary>Writes the object's value.</summary>
    /// <param name="json">The writer, where a value is due.</param>
    /// <param name="content">The content's tokens; null where there is no content.</param>
    /// <param name="refusal">The refusal's tokens; null where there is no refusal.</param>
    public static void Write(Utf8JsonWriter json, IEnumerable<TokenProbability>? content, IEnumerable<TokenProbability>? refusal)
    {
        json.WriteStartObject();
        Tokens(json, "content", content);
        Tokens(json, "refusal", refusal);
        json.WriteEndObject();
    }

    private static void Tokens(Utf8JsonWriter json, string name, IEnumerable<TokenProbability>? tokens)
    {
        if (tokens is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            Token(json, token);
            json.WriteStartArray("top_logprobs"u8);
            foreach (var likely in token.Top)
            {
                json.WriteStartObject();
                Token(json, likely);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Token(Utf8JsonWriter json, TokenProbability token)
    {
        json.WriteString("token"u8, token.Token);
        json.WriteNumber("logprob"u8, token.LogProbability);
        json.WriteStartArray("bytes"u8);
        foreach (var value in token.Bytes)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
