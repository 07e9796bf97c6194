using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Writes an answer that is sent whole: a <c>chat.completion</c>.</summary>
internal static class CompletionWriter
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, ToldChat told)
    {
        var (request, head, answer) = (told.Request, told.Head, told.Answer);
        using (var json = new Utf8JsonWriter(output, s_json))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, head.Id);
            json.WriteString("object"u8, "chat.completion"u8);
            json.WriteNumber("created"u8, head.Created);
            json.WriteString("model"u8, head.Model);
            json.WriteStartArray("choices"u8);
            for (var i = 0; i < answer.Choices.Count; i++)
            {
                Choice(json, told, i);
            }

            json.WriteEndArray();
            Usage.Write(json, request.Generation.PromptTokens, told.CachedTokens, answer, request.PromptAudioTokens, more => told.Variant.WriteUsage(more, told));
            if (request.Metadata is { } metadata)
            {
                json.WritePropertyName("metadata"u8);
                json.WriteRawValue(metadata);
            }

            json.WriteString("service_tier"u8, head.ServiceTier);
            json.WriteString("system_fingerprint"u8, head.Fingerprint);
            told.Variant.WriteAnswer(json, told);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Choice(Utf8JsonWriter json, ToldChat told, int index)
    {
        var choice = told.Answer.Choices[index];
        var calls = choice.Parts.Where(static p => p.Kind == PartKind.ToolCall).ToArray();
        var refusal = choice.TextOf(PartKind.Refusal);
        var spoken = choice.Parts.FirstOrDefault(static p => p.Speech is not null);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);

        // A text answer of which nothing fitted is an empty text; beside calls, a refusal or sound there is none.
        json.WriteString("content"u8, choice.TextOf(PartKind.Content) ?? (calls.Length > 0 || refusal is not null || spoken is not null ? null : ""));
        if (choice.Parts.Any(static p => p.Kind == PartKind.Reasoning && p.Pieces.Count > 0))
        {
            json.WriteString(told.Variant.ReasoningName, choice.TextOf(PartKind.Reasoning));
        }

        json.WriteString("refusal"u8, refusal);
        if (spoken is { Pieces.Count: > 0 })
        {
            Sound(json, told, spoken, index);
        }

        Calls(json, calls, told.Request.Functions);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        Probabilities(json, told, choice, index);
        var finish = choice.Finish.Word(told.Request.Functions);
        json.WriteString("finish_reason"u8, finish);
        told.Variant.WriteChoice(json, choice.Parts.Any(static p => p is { Kind: PartKind.Content, Pieces.Count: > 0 }), finish);
        json.WriteEndObject();
    }

    private static void Sound(Utf8JsonWriter json, ToldChat told, AnswerPart spoken, int index)
    {
        json.WriteStartObject("audio"u8);
        json.WriteString("id"u8, told.AudioId(index, spoken));
        json.WriteNumber("expires_at"u8, told.AudioExpiresAt);
        json.WritePropertyName("data"u8);
        var left = spoken.Speech!.Bytes(spoken.Pieces.Count);
        Span<byte> sound = stackalloc byte[Pcm.BytesPerToken];
        if (told.Request.Audio!.Wav)
        {
            WavHeader.Write(sound, left);
            json.WriteBase64StringSegment(sound[..WavHeader.Length], isFinalSegment: false);
        }

        var renderer = new SpeechRenderer(spoken.Speech.Score, spoken.Speech.Voice);
        while (left > 0)
        {
            var length = renderer.Render(sound[..Math.Min(left, sound.Length)]);
            left -= length;
            json.WriteBase64StringSegment(sound[..length], isFinalSegment: left == 0);
        }

        json.WriteString("transcript"u8, spoken.Text);
        json.WriteEndObject();
    }

    private static void Calls(Utf8JsonWriter json, AnswerPart[] calls, bool functions)
    {
        if (calls.Length == 0)
        {
            return;
        }

        if (functions)
        {
            json.WriteStartObject("function_call"u8);
            json.WriteString("name"u8, calls[0].Call!.Name);
            json.WriteString("arguments"u8, calls[0].Text);
            json.WriteEndObject();
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        foreach (var part in calls)
        {
            var call = part.Call!;
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, call.IsCustom ? "custom"u8 : "function"u8);
            json.WriteStartObject(call.IsCustom ? "custom"u8 : "function"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString(call.IsCustom ? "input"u8 : "arguments"u8, part.Text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Probabilities(Utf8JsonWriter json, ToldChat told, AnswerChoice choice, int index)
    {
        if (told.Request.TopLogprobs is not { } top || !choice.Parts.Any(static p => LogprobWriter.Tells(p.Kind)))
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        json.WritePropertyName("logprobs"u8);
        LogprobWriter.Write(json, Of(PartKind.Content), Of(PartKind.Refusal));

        IEnumerable<TokenProbability>? Of(PartKind kind)
        {
            var parts = choice.Parts.Where(p => p.Kind == kind).ToArray();
            return parts.Length == 0 ? null : parts.SelectMany(p => LogProbabilities.Of(p, told.ChoiceSeed(index), top, told.Tokenizer)).SelectMany(static t => t);
        }
    }
}
