using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Writes an answer that is sent whole: a <c>chat.completion</c>.</summary>
internal static class CompletionWriter
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, AnswerHead head, Answer answer, int promptTokens)
    {
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
                Choice(json, answer.Choices[i], i);
            }

            json.WriteEndArray();
            Usage.Write(json, promptTokens, answer.OutputTokens);
            json.WriteString("service_tier"u8, head.ServiceTier);
            json.WriteString("system_fingerprint"u8, head.Fingerprint);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Choice(Utf8JsonWriter json, AnswerChoice choice, int index)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, choice.Text);
        json.WriteNull("refusal"u8);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, choice.Finish.Word());
        json.WriteEndObject();
    }
}
