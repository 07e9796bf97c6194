using System.Text.Json;
using System.Text.Json.Serialization;
using FakeAi.Contracts;
using FakeAi.Contracts.Live;

namespace FakeAi.Collector.Live;

/// <summary>A live message as JSON, with its <c>type</c>; written once for all clients.</summary>
[JsonConverter(typeof(LivePayloadConverter))]
internal sealed class LivePayload(LiveMessage message)
{
    public ReadOnlyMemory<byte> Json { get; } = JsonSerializer.SerializeToUtf8Bytes(message, ContractsJsonContext.Default.LiveMessage);

    /// <summary>The id of the error that it tells of, if it does.</summary>
    public string? ErrorId { get; } = (message as LiveError)?.Error.Id;
}

internal sealed class LivePayloadConverter : JsonConverter<LivePayload>
{
    public override LivePayload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Live messages are only sent.");

    public override void Write(Utf8JsonWriter writer, LivePayload value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Json.Span, skipInputValidation: true);
}

[JsonSerializable(typeof(LivePayload))]
[JsonSerializable(typeof(long))]
internal sealed partial class LiveJsonContext : JsonSerializerContext;
