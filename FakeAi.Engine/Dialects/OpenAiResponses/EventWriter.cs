using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>
/// Writes a response's events, from <c>response.created</c> to the one that tells how it ended. All of it but sequence numbers and the
/// time of completion is encoded beforehand; on the wheel's thread bytes are only copied.
/// </summary>
internal sealed class EventWriter : IChunkEncoder
{
    private const int MostDigits = 20;
    private const int ObfuscationStep = 16;
    private const ulong Purpose = 0x0BF6;
    private const string ObfuscationAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly ToldResponse _told;
    private readonly ResponseEvents _events;
    private readonly Func<long> _now;
    private readonly List<Section> _sections = [];
    private readonly int[] _ends;
    private readonly byte[] _data;
    private readonly ResponseEvent[] _start;
    private readonly ResponseEvent[] _unsaid;
    private readonly byte[]? _padding;
    private int _paddingAt;
    private int _section;
    private int _sequence;

    public EventWriter(ToldResponse told, StreamFrame frame, bool obfuscates, Func<long> now)
    {
        (_told, _now) = (told, now);
        _events = new ResponseEvents(frame);
        _start = [Snapshot("response.created", "in_progress"), Snapshot("response.in_progress", "in_progress")];
        _ends = new int[told.Answer.Choices[0].Steps];
        var data = new ArrayBufferWriter<byte>((told.Items.Sum(static i => i.Part.Text.Length) * 9 / 8) + 16);
        var before = new List<ResponseEvent>();
        var step = 0;
        foreach (var item in told.Items)
        {
            var events = new ItemEvents(item, _events);
            before.AddRange(events.Before);
            if (item.Part.Pieces.Count == 0)
            {
                // Told by nothing of its own: it goes with what comes next.
                before.AddRange(events.After);
                continue;
            }

            var first = step;
            for (var piece = 0; piece < item.Part.Pieces.Count; piece++)
            {
                JsonText.Escape(item.Part.Piece(piece), data);
                _ends[step++] = data.WrittenCount;
            }

            _sections.Add(new Section(first, step, [.. before], events));
            before.Clear();
        }

        _unsaid = [.. before];
        _data = data.WrittenSpan.ToArray();
        if (obfuscates)
        {
            _padding = Encoding.ASCII.GetBytes(new SeededRandom(SeedHash.Derive(told.Seed, Purpose)).NextText(ObfuscationAlphabet, 256));
        }
    }

    public void WriteStart(PipeWriter output) => Write(output, _start);

    public void WriteStep(PipeWriter output, int step) => WriteSteps(output, step, step + 1);

    /// <summary>One delta for each item.</summary>
    public void WriteSteps(PipeWriter output, int from, int to)
    {
        while (from < to && _section < _sections.Count)
        {
            while (from >= _sections[_section].EndStep)
            {
                _section++;
            }

            var section = _sections[_section];
            var end = Math.Min(to, section.EndStep);
            var start = from == 0 ? 0 : _ends[from - 1];
            if (from == section.FirstStep)
            {
                Write(output, section.Before);
            }

            Delta(output, section.Events, _data.AsSpan(start, _ends[end - 1] - start));
            if (end == section.EndStep)
            {
                Write(output, section.Events.After);
            }

            from = end;
        }
    }

    public void WriteEnd(PipeWriter output)
    {
        Write(output, _unsaid);
        Write(output, _events.Event(
            _told.IncompleteReason is null ? "response.completed" : "response.incomplete",
            json =>
            {
                json.WritePropertyName("response"u8);
                _told.Write(json, _told.Status, _told.IncompleteReason is null ? _now() : null);
            }));
    }

    /// <summary>Writes that the response failed, in its own events.</summary>
    public void WriteFailed(IBufferWriter<byte> output, string message) => Write(output, _events.Event("response.failed", json =>
    {
        json.WritePropertyName("response"u8);
        _told.Write(json, "failed", null, ("server_error", message));
    }));

    private ResponseEvent Snapshot(string type, string status) => _events.Event(type, json =>
    {
        json.WritePropertyName("response"u8);
        _told.Write(json, status, null);
    });

    private void Write(IBufferWriter<byte> output, ResponseEvent[] events)
    {
        // By index: an enumerator of an interface would be an allocation.
        for (var i = 0; i < events.Length; i++)
        {
            Write(output, events[i]);
        }
    }

    private void Write(IBufferWriter<byte> output, ResponseEvent one)
    {
        var span = output.GetSpan(one.Head.Length + MostDigits + one.Tail.Length);
        var at = 0;
        Copy(one.Head, span, ref at);
        Number(span, ref at);
        Copy(one.Tail, span, ref at);
        output.Advance(at);
    }

    /// <summary>The first step of a call has no text: it only opens the item.</summary>
    private void Delta(PipeWriter output, ItemEvents events, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        var most = events.DeltaHead.Length + MostDigits + events.DeltaOpen.Length + data.Length + events.DeltaClose.Length + 64 + _events.Suffix.Length;
        var span = output.GetSpan(most);
        var at = 0;
        Copy(events.DeltaHead, span, ref at);
        Number(span, ref at);
        Copy(events.DeltaOpen, span, ref at);
        Copy(data, span, ref at);
        Copy(events.DeltaClose, span, ref at);
        Obfuscate(span, ref at, data.Length);
        Copy(_events.Suffix, span, ref at);
        output.Advance(at);
    }

    private void Number(Span<byte> to, ref int at)
    {
        Utf8Formatter.TryFormat(_sequence++, to[at..], out var written);
        at += written;
    }

    /// <summary>Fills text up to a multiple of sixteen bytes, so that lengths tell little about it.</summary>
    private void Obfuscate(Span<byte> to, ref int at, int length)
    {
        if (_padding is null)
        {
            return;
        }

        _paddingAt = (_paddingAt + 5) % (_padding.Length - ObfuscationStep);
        Copy(",\"obfuscation\":\""u8, to, ref at);
        Copy(_padding.AsSpan(_paddingAt, ObfuscationStep - (length % ObfuscationStep)), to, ref at);
        Copy("\""u8, to, ref at);
    }

    private static void Copy(ReadOnlySpan<byte> bytes, Span<byte> to, ref int at)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    /// <summary>The steps of one item.</summary>
    private sealed record Section(int FirstStep, int EndStep, ResponseEvent[] Before, ItemEvents Events);
}
