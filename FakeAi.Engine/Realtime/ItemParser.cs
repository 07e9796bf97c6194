using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>Reads the items that clients add.</summary>
internal static class ItemParser
{
    private const int LongestId = 32;

    /// <exception cref="OpenAiFault">Something is wrong with it.</exception>
    public static ConversationItem Parse(JsonElement item, Func<string> newId)
    {
        Fields.Object(item, "item");
        var idElement = Fields.Member(item, "id");
        var id = Fields.IsNull(idElement) ? newId() : Fields.String(idElement, "item.id");
        if (id.Length is 0 or > LongestId)
        {
            throw new OpenAiFault(
                400, string.Create(CultureInfo.InvariantCulture, $"Invalid 'item.id': expected a string of 1 to {LongestId} characters."), "item.id", "invalid_value");
        }

        var type = item.TryGetProperty("type", out var typeElement)
            ? Fields.OneOf(typeElement, "item.type", "message", "function_call", "function_call_output")
            : throw OpenAiFault.Missing("item.type");
        return type switch
        {
            "message" => Message(item, id),
            "function_call" => new ConversationItem
            {
                Id = id, Kind = ItemKind.FunctionCall, CallId = Fields.RequiredString(item, "call_id", "item.call_id"),
                Name = Fields.RequiredString(item, "name", "item.name"), Payload = Fields.RequiredString(item, "arguments", "item.arguments"),
            },
            _ => new ConversationItem
            {
                Id = id, Kind = ItemKind.FunctionCallOutput, CallId = Fields.RequiredString(item, "call_id", "item.call_id"),
                Payload = Fields.RequiredString(item, "output", "item.output"),
            },
        };
    }

    private static ConversationItem Message(JsonElement item, string id)
    {
        var role = item.TryGetProperty("role", out var roleElement)
            ? Fields.OneOf(roleElement, "item.role", "user", "assistant", "system")
            : throw OpenAiFault.Missing("item.role");
        if (!item.TryGetProperty("content", out var content))
        {
            throw OpenAiFault.Missing("item.content");
        }

        var parts = new List<ContentPart>();
        foreach (var part in Fields.Array(content, "item.content").EnumerateArray())
        {
            parts.Add(Part(part, role, string.Create(CultureInfo.InvariantCulture, $"item.content[{parts.Count}]")));
        }

        return new ConversationItem { Id = id, Kind = ItemKind.Message, Role = role, Content = parts };
    }

    private static ContentPart Part(JsonElement part, string role, string path)
    {
        IReadOnlyList<string> types = role switch
        {
            "user" => ["input_text", "input_audio"],
            "assistant" => ["output_text"],
            _ => ["input_text"],
        };
        var type = Fields.Object(part, path).TryGetProperty("type", out var typeElement)
            ? Fields.OneOf(typeElement, $"{path}.type", types)
            : throw OpenAiFault.Missing($"{path}.type");
        if (type != "input_audio")
        {
            return new ContentPart(
                type == "output_text" ? ContentKind.OutputText : ContentKind.InputText, Fields.RequiredString(part, "text", $"{path}.text"));
        }

        if (!part.TryGetProperty("audio", out var audio))
        {
            throw OpenAiFault.Missing($"{path}.audio");
        }

        var text = Fields.String(audio, $"{path}.audio");
        if (!Base64.IsValid(text, out var bytes))
        {
            throw new OpenAiFault(400, $"Invalid '{path}.audio': expected base64.", $"{path}.audio", "invalid_value");
        }

        var transcript = Fields.Member(part, "transcript");
        return new ContentPart(
            ContentKind.InputAudio, Fields.IsNull(transcript) ? null : Fields.String(transcript, $"{path}.transcript"), bytes / Pcm.BytesPerSample);
    }
}
