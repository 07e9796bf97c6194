using System.Text.Json;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>The <c>usage</c> object.</summary>
internal static class Usage
{
    /// <summary>Writes it as a member of the object under way.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="cachedTokens">Those of them that the cache held.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="promptAudioTokens">Those of the prompt that are sound.</param>
    /// <param name="more">Writes further members.</param>
    public static void Write(Utf8JsonWriter json, int promptTokens, int cachedTokens, Answer answer, int promptAudioTokens = 0, Action<Utf8JsonWriter>? more = null)
    {
        // Only where there is sound are the tokens of text told beside it.
        var sound = promptAudioTokens > 0 || answer.AudioTokens > 0;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, promptTokens);
        json.WriteNumber("completion_tokens"u8, answer.CompletionTokens);
        json.WriteNumber("total_tokens"u8, promptTokens + answer.CompletionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, cachedTokens);
        json.WriteNumber("audio_tokens"u8, promptAudioTokens);
        if (sound)
        {
            json.WriteNumber("text_tokens"u8, promptTokens - promptAudioTokens);
        }

        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, answer.ReasoningTokens);
        json.WriteNumber("audio_tokens"u8, answer.AudioTokens);
        if (sound)
        {
            json.WriteNumber("text_tokens"u8, answer.OutputTokens - answer.AudioTokens);
        }

        json.WriteNumber("accepted_prediction_tokens"u8, answer.Prediction.Accepted);
        json.WriteNumber("rejected_prediction_tokens"u8, answer.Prediction.Rejected);
        json.WriteEndObject();
        more?.Invoke(json);
        json.WriteEndObject();
    }
}
