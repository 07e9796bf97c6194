using System.Security.Cryptography;
using System.Text.Json;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>Items of a conversation as they are stored: each with an id, a type and, where its kind has one, a status.</summary>
internal static class ItemList
{
    private const int IdLength = 48;

    /// <summary>A request's <c>input</c> as items; what is no input at all gives none, the engine tells what is wrong with it.</summary>
    public static List<JsonElement> Of(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            return [Message("user", input)];
        }

        return input.ValueKind != JsonValueKind.Array ? [] : [.. input.EnumerateArray().Select(static i => i.ValueKind == JsonValueKind.Object ? Item(i) : i.Clone())];
    }

    /// <summary>An item's id; null where it has none.</summary>
    public static string? IdOf(JsonElement item) => Text(item, "id");

    /// <summary>An item's type; messages may go without.</summary>
    public static string TypeOf(JsonElement item) => Text(item, "type") ?? "message";

    /// <summary>The same item under an id of its own.</summary>
    public static JsonElement WithNewId(JsonElement item) => Write(json =>
    {
        json.WriteString("id"u8, NewId(PrefixOf(TypeOf(item))));
        foreach (var member in item.EnumerateObject().Where(static m => m.Name != "id"))
        {
            member.WriteTo(json);
        }
    });

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement Message(string role, JsonElement text) => Write(json =>
    {
        json.WriteString("id"u8, NewId("msg_"));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, "completed"u8);
        json.WriteString("role"u8, role);
        json.WritePropertyName("content"u8);
        Content(json, role, text);
    });

    private static JsonElement Item(JsonElement item)
    {
        var type = TypeOf(item);
        if (type == "item_reference")
        {
            return item.Clone();
        }

        var role = Text(item, "role") ?? "user";
        return Write(json =>
        {
            json.WriteString("id"u8, IdOf(item) ?? NewId(PrefixOf(type)));
            json.WriteString("type"u8, type);
            if (!item.TryGetProperty("status", out _) && type is "message" or "function_call" or "function_call_output")
            {
                json.WriteString("status"u8, "completed"u8);
            }

            foreach (var member in item.EnumerateObject())
            {
                if (member.Name is "id" or "type")
                {
                    continue;
                }

                json.WritePropertyName(member.Name);
                if (member.Name == "content" && type == "message" && member.Value.ValueKind == JsonValueKind.String)
                {
                    Content(json, role, member.Value);
                }
                else
                {
                    member.Value.WriteTo(json);
                }
            }
        });
    }

    private static void Content(Utf8JsonWriter json, string role, JsonElement text)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("type"u8, role == "assistant" ? "output_text"u8 : "input_text"u8);
        json.WritePropertyName("text"u8);
        text.WriteTo(json);
        if (role == "assistant")
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string PrefixOf(string type) => type switch
    {
        "function_call" or "function_call_output" => "fc_",
        "custom_tool_call" or "custom_tool_call_output" => "ctc_",
        "reasoning" => "rs_",
        _ => "msg_",
    };

    private static string NewId(string prefix) => prefix + RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    private static JsonElement Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
