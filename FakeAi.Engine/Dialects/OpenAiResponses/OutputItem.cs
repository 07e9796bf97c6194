using System.Text.Json;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>How an item's own text is told.</summary>
internal enum ItemKind
{
    Text,
    Refusal,
    Function,
    Custom,

    /// <summary>Reasoning of which a summary is told, or nothing.</summary>
    Summary,

    /// <summary>Reasoning that is told in its own words.</summary>
    Reasoning,
}

/// <summary>An item of a response's output.</summary>
/// <param name="Kind">How its text is told.</param>
/// <param name="Id">Its id.</param>
/// <param name="Index">Its place in the output.</param>
/// <param name="Part">What it says.</param>
/// <param name="Cut">Whether a limit cut it.</param>
/// <param name="Sealed">Of reasoning: its encrypted form; null where it is not asked for.</param>
internal sealed record OutputItem(ItemKind Kind, string Id, int Index, AnswerPart Part, bool Cut, string? Sealed)
{
    /// <summary>The items of an answer: one for each part that says something, or reasons.</summary>
    public static OutputItem[] Of(AnswerChoice choice, ResponseHead head, ResponsesRequest request)
    {
        var parts = choice.Parts.Where(static p => p.Pieces.Count > 0 || p.Kind == PartKind.Reasoning).ToArray();
        var items = new OutputItem[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var (kind, prefix) = parts[i] switch
            {
                { Kind: PartKind.Reasoning } => (request.Summarises || parts[i].Pieces.Count == 0 ? ItemKind.Summary : ItemKind.Reasoning, "rs_"),
                { Kind: PartKind.Refusal } => (ItemKind.Refusal, "msg_"),
                { Call.IsCustom: true } => (ItemKind.Custom, "ctc_"),
                { Call: not null } => (ItemKind.Function, "fc_"),
                _ => (ItemKind.Text, "msg_"),
            };
            var cut = choice.Finish is FinishReason.Length or FinishReason.ContentFilter && i == parts.Length - 1;
            var sealedForm = request.Encrypts && parts[i].Kind == PartKind.Reasoning ? head.Seal(i) : null;
            items[i] = new OutputItem(kind, head.ItemId(prefix, i), i, parts[i], cut, sealedForm);
        }

        return items;
    }

    /// <summary>Writes the item, whole or as it is when it begins.</summary>
    public void Write(Utf8JsonWriter json, bool begins)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        switch (Kind)
        {
            case ItemKind.Function or ItemKind.Custom:
                json.WriteString("type"u8, Kind == ItemKind.Function ? "function_call"u8 : "custom_tool_call"u8);
                if (Kind == ItemKind.Function)
                {
                    Status(json, begins);
                }

                json.WriteString(Kind == ItemKind.Function ? "arguments"u8 : "input"u8, begins ? "" : Part.Text);
                json.WriteString("call_id"u8, Part.Call!.Id);
                json.WriteString("name"u8, Part.Call.Name);
                break;
            case ItemKind.Summary or ItemKind.Reasoning:
                Reasoning(json, begins);
                break;
            default:
                json.WriteString("type"u8, "message"u8);
                Status(json, begins);
                json.WriteStartArray("content"u8);
                if (!begins)
                {
                    WritePart(json, begins: false);
                }

                json.WriteEndArray();
                json.WriteString("role"u8, "assistant"u8);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the one part of its content or summary, whole or as it is when it begins.</summary>
    public void WritePart(Utf8JsonWriter json, bool begins)
    {
        var (type, field) = Kind switch
        {
            ItemKind.Summary => ("summary_text", "text"),
            ItemKind.Reasoning => ("reasoning_text", "text"),
            ItemKind.Refusal => ("refusal", "refusal"),
            _ => ("output_text", "text"),
        };
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        if (Kind == ItemKind.Text)
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }

        json.WriteString(field, begins ? "" : Part.Text);
        json.WriteEndObject();
    }

    private void Reasoning(Utf8JsonWriter json, bool begins)
    {
        json.WriteString("type"u8, "reasoning"u8);
        if (Sealed is not null)
        {
            json.WriteString("encrypted_content"u8, begins ? "" : Sealed);
        }

        json.WriteStartArray("summary"u8);
        if (Kind == ItemKind.Summary && !begins && Part.Pieces.Count > 0)
        {
            WritePart(json, begins: false);
        }

        json.WriteEndArray();
        if (Kind == ItemKind.Reasoning)
        {
            json.WriteStartArray("content"u8);
            if (!begins)
            {
                WritePart(json, begins: false);
            }

            json.WriteEndArray();
        }
    }

    private void Status(Utf8JsonWriter json, bool begins) =>
        json.WriteString("status"u8, begins ? "in_progress"u8 : Cut ? "incomplete"u8 : "completed"u8);
}
