using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FakeAi.Contracts.Events;

/// <summary>Writes and reads events as compact JSON, by source-generated code only.</summary>
public static class EventJson
{
    private static readonly Dictionary<string, JsonTypeInfo> s_byType = new(StringComparer.Ordinal)
    {
        [EventTypes.RequestStarted] = EventDataJsonContext.Default.RequestStarted,
        [EventTypes.RequestCompleted] = EventDataJsonContext.Default.RequestCompleted,
        [EventTypes.RequestFailed] = EventDataJsonContext.Default.RequestFailed,
        [EventTypes.RequestCancelled] = EventDataJsonContext.Default.RequestCancelled,
        [EventTypes.CacheLookup] = EventDataJsonContext.Default.CacheLookup,
        [EventTypes.StreamStarted] = EventDataJsonContext.Default.StreamStarted,
        [EventTypes.StreamFirstToken] = EventDataJsonContext.Default.StreamFirstToken,
        [EventTypes.StreamProgress] = EventDataJsonContext.Default.StreamProgress,
        [EventTypes.StreamCompleted] = EventDataJsonContext.Default.StreamCompleted,
        [EventTypes.RouteSelected] = EventDataJsonContext.Default.RouteSelected,
        [EventTypes.RouteFallback] = EventDataJsonContext.Default.RouteFallback,
        [EventTypes.ErrorOccurred] = EventDataJsonContext.Default.ErrorOccurred,
        [EventTypes.HealthSampled] = EventDataJsonContext.Default.HealthSampled,
    };

    /// <summary>All types that can be written and read.</summary>
    public static IReadOnlyCollection<string> KnownTypes => s_byType.Keys;

    /// <summary>Appends the event's JSON to a buffer.</summary>
    /// <exception cref="ArgumentException">The event's type is not known.</exception>
    public static void Write(IBufferWriter<byte> buffer, FakeAiEvent @event)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        using var writer = new Utf8JsonWriter(buffer);
        Write(writer, @event);
    }

    /// <summary>Writes the event's JSON with a writer that the caller uses again for the next one.</summary>
    /// <exception cref="ArgumentException">The event's type is not known.</exception>
    public static void Write(Utf8JsonWriter writer, FakeAiEvent @event)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(@event);
        if (!s_byType.TryGetValue(@event.Type, out var typeInfo))
        {
            throw new ArgumentException($"Unknown event type '{@event.Type}'.", nameof(@event));
        }

        writer.WriteStartObject();
        writer.WriteNumber("v"u8, FakeAiEvent.Version);
        writer.WriteString("id"u8, @event.Id);
        writer.WriteString("type"u8, @event.Type);
        writer.WriteNumber("time"u8, @event.Time);
        if (@event.RequestId is not null)
        {
            writer.WriteString("requestId"u8, @event.RequestId);
        }

        writer.WriteString("source"u8, @event.Source);
        writer.WriteString("instance"u8, @event.Instance);
        writer.WriteNumber("seq"u8, @event.Seq);
        if (@event.Traceparent is not null)
        {
            writer.WriteString("traceparent"u8, @event.Traceparent);
        }

        writer.WritePropertyName("data"u8);
        JsonSerializer.Serialize(writer, @event.Data, typeInfo);
        writer.WriteEndObject();
    }

    /// <summary>The event's JSON as a new array.</summary>
    public static byte[] ToBytes(FakeAiEvent @event)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Write(buffer, @event);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads one event.</summary>
    /// <exception cref="JsonException">Not an event, of a newer version, or of an unknown type.</exception>
    public static FakeAiEvent Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("v"u8, out var version))
        {
            throw new JsonException("Not an event: no 'v'.");
        }

        if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var v) || v != FakeAiEvent.Version)
        {
            throw new JsonException($"Event version {version.GetRawText()} is not {FakeAiEvent.Version}.");
        }

        var type = Text(root, "type") ?? throw new JsonException("Event without 'type'.");
        if (!s_byType.TryGetValue(type, out var typeInfo))
        {
            throw new JsonException($"Unknown event type '{type}'.");
        }

        if (!root.TryGetProperty("data"u8, out var data) || data.Deserialize(typeInfo) is not EventData payload)
        {
            throw new JsonException($"Event '{type}' without 'data'.");
        }

        return new FakeAiEvent(
            Text(root, "id") ?? throw new JsonException("Event without 'id'."),
            Number(root, "time"),
            Text(root, "requestId"),
            Text(root, "source") ?? throw new JsonException("Event without 'source'."),
            Text(root, "instance") ?? throw new JsonException("Event without 'instance'."),
            Number(root, "seq"),
            Text(root, "traceparent"),
            payload);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : throw new JsonException($"Event without a whole number '{name}'.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(RequestStarted))]
[JsonSerializable(typeof(RequestCompleted))]
[JsonSerializable(typeof(RequestFailed))]
[JsonSerializable(typeof(RequestCancelled))]
[JsonSerializable(typeof(CacheLookup))]
[JsonSerializable(typeof(StreamStarted))]
[JsonSerializable(typeof(StreamFirstToken))]
[JsonSerializable(typeof(StreamProgress))]
[JsonSerializable(typeof(StreamCompleted))]
[JsonSerializable(typeof(RouteSelected))]
[JsonSerializable(typeof(RouteFallback))]
[JsonSerializable(typeof(ErrorOccurred))]
[JsonSerializable(typeof(HealthSampled))]
internal sealed partial class EventDataJsonContext : JsonSerializerContext;
