using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Server-sent events with names, as Anthropic frames them.</summary>
internal static class EventFrame
{
    /// <summary>What a silent stream gets, and every stream behind its first block's beginning.</summary>
    public static readonly byte[] Ping = "event: ping\ndata: {\"type\": \"ping\"}\n\n"u8.ToArray();

    /// <summary>The frame that the pipeline knows: the dialect writes its events itself, keep-alives are pings.</summary>
    public static readonly StreamFrame Stream = new() { ContentType = "text/event-stream; charset=utf-8", KeepAlive = Ping };

    /// <summary>An event whose data begins with its type.</summary>
    /// <param name="type">The event's name.</param>
    /// <param name="members">Writes the other members of its data.</param>
    public static byte[] Event(string type, Action<Utf8JsonWriter> members) =>
    [
        .. System.Text.Encoding.UTF8.GetBytes($"event: {type}\ndata: "),
        .. JsonText.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            members(json);
            json.WriteEndObject();
        }),
        .. "\n\n"u8,
    ];
}
