using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>What an answer repeats of its request: JSON that is written as it stands.</summary>
internal sealed class RepeatedFields
{
    private readonly List<(string Name, string Json)> _before = [];
    private readonly List<(string Name, string Json)> _behind = [];

    /// <summary>Takes what is repeated out of a checked request.</summary>
    /// <param name="root">The request.</param>
    /// <param name="model">Who answers.</param>
    /// <param name="tier">The tier that serves it.</param>
    /// <param name="tools">The tools as they are told.</param>
    public static RepeatedFields Of(JsonElement root, ModelInfo model, string tier, string tools)
    {
        var fields = new RepeatedFields();
        fields._before.AddRange(
        [
            ("background", Json(root, "background", "false")),
            ("instructions", Json(root, "instructions", "null")),
            ("max_output_tokens", Json(root, "max_output_tokens", "null")),
            ("max_tool_calls", Json(root, "max_tool_calls", "null")),
        ]);
        fields._behind.AddRange(
        [
            ("parallel_tool_calls", Json(root, "parallel_tool_calls", "true")),
            ("previous_response_id", Json(root, "previous_response_id", "null")),
        ]);
        if (Fields.Given(root, "conversation", out var conversation))
        {
            fields._behind.Add(("conversation", conversation.ValueKind == JsonValueKind.String ? $"{{\"id\":{Fields.Canonical(conversation)}}}" : Fields.Canonical(conversation)));
        }

        foreach (var name in (ReadOnlySpan<string>)["prompt_cache_key", "prompt_cache_retention", "safety_identifier", "user"])
        {
            if (Fields.Given(root, name, out var value))
            {
                fields._behind.Add((name, Fields.Canonical(value)));
            }
        }

        fields._behind.AddRange(
        [
            ("reasoning", Reasoning(root, model)),
            ("service_tier", $"\"{tier}\""),
            ("store", Json(root, "store", "true")),
            ("temperature", Json(root, "temperature", "1")),
            ("text", TextFields.Told(root)),
            ("tool_choice", Json(root, "tool_choice", "\"auto\"")),
            ("tools", tools),
            ("top_logprobs", "0"),
            ("top_p", Json(root, "top_p", "1")),
            ("truncation", Json(root, "truncation", "\"disabled\"")),
            ("metadata", Json(root, "metadata", "{}")),
        ]);
        return fields;

        static string Json(JsonElement root, string name, string otherwise) => Fields.Given(root, name, out var value) ? Fields.Canonical(value) : otherwise;
    }

    /// <summary>Writes those before the model.</summary>
    public void WriteBefore(Utf8JsonWriter json) => Write(json, _before);

    /// <summary>Writes those behind the output.</summary>
    public void WriteBehind(Utf8JsonWriter json) => Write(json, _behind);

    private static void Write(Utf8JsonWriter json, List<(string Name, string Json)> fields)
    {
        foreach (var (name, value) in fields)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }
    }

    private static string Reasoning(JsonElement root, ModelInfo model)
    {
        var effort = model.Can(ModelCapabilities.Reasoning) ? $"\"{model.DefaultEffort ?? "medium"}\"" : "null";
        var summary = "null";
        if (Fields.Given(root, "reasoning", out var reasoning))
        {
            effort = Fields.Given(reasoning, "effort", out var asked) ? Fields.Canonical(asked) : effort;
            summary = ReasoningFields.Summary(reasoning) is { } told ? $"\"{told}\"" : summary;
        }

        return $"{{\"effort\":{effort},\"summary\":{summary}}}";
    }
}
