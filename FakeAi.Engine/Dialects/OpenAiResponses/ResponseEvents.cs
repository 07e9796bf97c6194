using System.Text;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>An event up to its sequence number, and behind it: only the number is known when it is written.</summary>
internal readonly record struct ResponseEvent(byte[] Head, byte[] Tail);

/// <summary>Puts events together in a format's frame: with names in server-sent events, without in others.</summary>
internal sealed class ResponseEvents(StreamFrame frame)
{
    private static readonly byte[] s_named = StreamFrame.ServerSentEvents.Prefix.ToArray();

    private readonly bool _names = frame.Prefix.Span.SequenceEqual(s_named);

    /// <summary>What closes every event.</summary>
    public byte[] Suffix { get; } = [.. "}"u8, .. frame.Suffix.Span];

    /// <summary>An event up to its sequence number.</summary>
    public byte[] Head(string type) =>
    [
        .. Encoding.UTF8.GetBytes(_names ? $"event: {type}\n" : ""),
        .. frame.Prefix.Span,
        .. Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"sequence_number\":"),
    ];

    /// <summary>A whole event.</summary>
    /// <param name="type">Its name.</param>
    /// <param name="members">Writes its further members.</param>
    public ResponseEvent Event(string type, Action<Utf8JsonWriter> members) => new(Head(type), Tail(members));

    /// <summary>What stands behind the sequence number of an event.</summary>
    public byte[] Tail(Action<Utf8JsonWriter> members)
    {
        var json = JsonText.Bytes(writer =>
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        });

        // Without its braces: the members go into the event's own object.
        return [.. ","u8, .. json.AsSpan(1, json.Length - 2), .. Suffix];
    }
}
