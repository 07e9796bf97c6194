using System.Text.Json;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>What kind of item it is.</summary>
internal enum ItemKind
{
    Message,
    FunctionCall,
    FunctionCallOutput,
}

/// <summary>How a message's content is given.</summary>
internal enum ContentKind
{
    InputText,
    InputAudio,
    OutputText,
    OutputAudio,
}

/// <summary>One part of a message.</summary>
/// <param name="Kind">How it is given.</param>
/// <param name="Text">The text, or the transcript of the sound; null where there is none.</param>
/// <param name="Samples">How long the sound is.</param>
internal sealed record ContentPart(ContentKind Kind, string? Text, long Samples = 0)
{
    public bool IsAudio => Kind is ContentKind.InputAudio or ContentKind.OutputAudio;

    /// <summary>Tokens of the sound.</summary>
    public int AudioTokens => Kind switch
    {
        ContentKind.InputAudio => (int)((Samples + Pcm.SamplesPerInputToken - 1) / Pcm.SamplesPerInputToken),
        ContentKind.OutputAudio => (int)((Samples + Pcm.SamplesPerToken - 1) / Pcm.SamplesPerToken),
        _ => 0,
    };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Kind switch
        {
            ContentKind.InputText => "input_text"u8,
            ContentKind.InputAudio => "input_audio"u8,
            ContentKind.OutputText => "output_text"u8,
            _ => "output_audio"u8,
        });
        if (!IsAudio)
        {
            json.WriteString("text"u8, Text);
        }
        else if (Text is not null)
        {
            json.WriteString("transcript"u8, Text);
        }

        json.WriteEndObject();
    }
}

/// <summary>An item of a conversation.</summary>
internal sealed record ConversationItem
{
    public required string Id { get; init; }

    public required ItemKind Kind { get; init; }

    /// <summary><c>user</c>, <c>assistant</c> or <c>system</c>, of messages.</summary>
    public string Role { get; init; } = "";

    /// <summary><c>in_progress</c>, <c>completed</c> or <c>incomplete</c>.</summary>
    public string Status { get; init; } = "completed";

    public IReadOnlyList<ContentPart> Content { get; init; } = [];

    /// <summary>Which call, of calls and their outputs.</summary>
    public string CallId { get; init; } = "";

    /// <summary>Of a call: the function.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of a call its arguments, of an output what came out.</summary>
    public string Payload { get; init; } = "";

    /// <summary>All the text that counts as tokens of text.</summary>
    public string Text => Kind == ItemKind.Message ? string.Join('\n', Content.Where(c => !c.IsAudio || Role == "assistant").Select(c => c.Text)) : Name + Payload;

    public int AudioTokens => Content.Sum(static c => c.AudioTokens);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "realtime.item"u8);
        json.WriteString("type"u8, Kind switch
        {
            ItemKind.Message => "message"u8,
            ItemKind.FunctionCall => "function_call"u8,
            _ => "function_call_output"u8,
        });
        json.WriteString("status"u8, Status);
        switch (Kind)
        {
            case ItemKind.Message:
                json.WriteString("role"u8, Role);
                json.WriteStartArray("content"u8);
                foreach (var part in Content)
                {
                    part.Write(json);
                }

                json.WriteEndArray();
                break;
            case ItemKind.FunctionCall:
                json.WriteString("call_id"u8, CallId);
                json.WriteString("name"u8, Name);
                json.WriteString("arguments"u8, Payload);
                break;
            default:
                json.WriteString("call_id"u8, CallId);
                json.WriteString("output"u8, Payload);
                break;
        }

        json.WriteEndObject();
    }
}
