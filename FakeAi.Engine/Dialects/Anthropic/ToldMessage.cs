using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>An answer with all that telling it takes. Anthropic's answers have one choice.</summary>
/// <param name="Head">What names it.</param>
/// <param name="Choice">What it says.</param>
/// <param name="Usage">What it costs.</param>
/// <param name="Thinks">Whether thinking is switched on, be its text told or not.</param>
internal sealed record ToldMessage(MessageHead Head, AnswerChoice Choice, MessageUsage Usage, bool Thinks)
{
    /// <summary>The parts that are told as blocks: empty ones are none, save thinking whose text is left out.</summary>
    public IEnumerable<AnswerPart> Blocks => Choice.Parts.Where(p => p.Pieces.Count > 0 || (p.Kind == PartKind.Reasoning && Thinks));

    /// <summary>Anthropic's word for how it ends.</summary>
    public string StopReason =>
        Choice.Parts.Any(static p => p.Kind == PartKind.Refusal) ? "refusal"
        : Choice.Finish == FinishReason.Length ? "max_tokens"
        : Choice.Finish == FinishReason.ContentFilter ? "refusal"
        : Choice.StopText is not null ? "stop_sequence"
        : Choice.Parts.Any(static p => p.Kind == PartKind.ToolCall) ? "tool_use"
        : "end_turn";

    /// <summary>Writes how it ends, as members of the object under way.</summary>
    public void WriteStop(Utf8JsonWriter json)
    {
        json.WriteString("stop_reason"u8, StopReason);
        json.WriteString("stop_sequence"u8, StopReason == "stop_sequence" ? Choice.StopText : null);
        if (StopReason != "refusal")
        {
            json.WriteNull("stop_details"u8);
            return;
        }

        json.WriteStartObject("stop_details"u8);
        json.WriteString("type"u8, "refusal"u8);
        json.WriteNull("category"u8);
        json.WriteNull("explanation"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes the members that every form of the message begins with.</summary>
    public void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("model"u8, Head.Model);
        json.WriteString("id"u8, Head.Id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
    }

    /// <summary>Writes a block, whole or as it is when it begins.</summary>
    public void WriteBlock(Utf8JsonWriter json, AnswerPart part, int index, bool begins)
    {
        json.WriteStartObject();
        switch (part.Kind)
        {
            case PartKind.Reasoning:
                json.WriteString("type"u8, "thinking"u8);
                json.WriteString("thinking"u8, begins ? "" : part.Text);
                json.WriteString("signature"u8, begins ? "" : Head.SignatureOf(index));
                break;
            case PartKind.ToolCall:
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, MessageHead.CallId(part.Call!));
                json.WriteString("name"u8, part.Call!.Name);
                json.WritePropertyName("input"u8);
                json.WriteRawValue(begins ? "{}" : JsonText.ObjectOrEmpty(part.Text), skipInputValidation: true);
                json.WriteStartObject("caller"u8);
                json.WriteString("type"u8, "direct"u8);
                json.WriteEndObject();
                break;
            default:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, begins ? "" : part.Text);
                break;
        }

        json.WriteEndObject();
    }
}
