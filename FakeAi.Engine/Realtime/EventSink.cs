using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;

namespace FakeAi.Engine.Realtime;

/// <summary>Writes a session's events and hands them on. Called under the session's lock.</summary>
/// <param name="ids">Numbers the events.</param>
/// <param name="send">Takes an event's UTF-8 text; must not wait.</param>
internal sealed class EventSink(RealtimeIds ids, Action<ReadOnlyMemory<byte>> send)
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sends an event.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="members">Writes its other members.</param>
    public void Send(string type, Action<Utf8JsonWriter>? members = null)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("event_id"u8, ids.Event());
            members?.Invoke(json);
            json.WriteEndObject();
        }

        send(buffer.WrittenMemory);
    }

    /// <summary>Sends an item's coming or end.</summary>
    public void Item(string type, string? before, ConversationItem item) => Send(type, json =>
    {
        json.WriteString("previous_item_id"u8, before);
        json.WritePropertyName("item"u8);
        item.Write(json);
    });

    /// <summary>Tells what is wrong with a client's event.</summary>
    public void Error(OpenAiFault fault, string? clientEvent) => Send("error", json =>
    {
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, fault.Type);
        json.WriteString("code"u8, fault.Code);
        json.WriteString("message"u8, fault.Message);
        json.WriteString("param"u8, fault.Param);
        json.WriteString("event_id"u8, clientEvent);
        json.WriteEndObject();
    });
}
