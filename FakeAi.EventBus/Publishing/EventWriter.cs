using System.Buffers;
using System.Text.Json;
using FakeAi.Contracts.Events;

namespace FakeAi.EventBus.Publishing;

/// <summary>An event as it waits in the queue, before it has its number.</summary>
internal readonly record struct PendingEvent(EventData Data, string? RequestId, string? Traceparent, long Time);

/// <summary>Gives events their sequence and writes their JSON, with one buffer for all. For one task at a time.</summary>
internal sealed class EventWriter : IDisposable
{
    private readonly EventOrigin _origin;
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Utf8JsonWriter _writer;
    private long _seq;

    public EventWriter(EventOrigin origin)
    {
        _origin = origin;
        _writer = new Utf8JsonWriter(_buffer);
    }

    public byte[] Write(string id, in PendingEvent pending)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        EventJson.Write(_writer, new FakeAiEvent(
            id, pending.Time, pending.RequestId, _origin.Source, _origin.Instance, _seq + 1, pending.Traceparent, pending.Data));
        _writer.Flush();
        _seq++;
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => _writer.Dispose();
}
