using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>
/// Writes a message's events, from <c>message_start</c> to <c>message_stop</c>. All of it is encoded beforehand: what differs from
/// step to step lies in one array, what frames a block's deltas is kept once; on the wheel's thread bytes are only copied.
/// </summary>
internal sealed class EventWriter : IChunkEncoder
{
    private readonly List<Section> _sections = [];
    private readonly int[] _ends;
    private readonly byte[] _data;
    private readonly byte[] _start;
    private readonly byte[] _end;
    private int _section;

    public EventWriter(ToldMessage told)
    {
        _start = EventFrame.Event("message_start", json =>
        {
            json.WriteStartObject("message"u8);
            told.WriteHead(json);
            json.WriteStartArray("content"u8);
            json.WriteEndArray();
            json.WriteNull("stop_reason"u8);
            json.WriteNull("stop_sequence"u8);
            json.WriteNull("stop_details"u8);
            told.Usage.Write(json, Math.Min(1, told.Usage.Output));
            json.WriteEndObject();
        });
        _ends = new int[told.Choice.Steps];
        var data = new ArrayBufferWriter<byte>((told.Choice.Parts.Sum(static p => p.Text.Length) * 9 / 8) + 16);
        byte[] unsaid = [];
        var (step, index) = (0, 0);
        foreach (var part in told.Blocks)
        {
            byte[] before = [.. unsaid, .. Begin(told, part, index), .. index == 0 ? EventFrame.Ping : []];
            var after = End(told, part, index);
            if (part.Pieces.Count == 0)
            {
                // Told by nothing of its own: it goes with what comes next.
                unsaid = [.. before, .. after];
            }
            else
            {
                unsaid = [];
                var first = step;
                for (var piece = 0; piece < part.Pieces.Count; piece++)
                {
                    JsonText.Escape(part.Piece(piece), data);
                    _ends[step++] = data.WrittenCount;
                }

                _sections.Add(new Section(first, step, before, Open(part, index), "\"}}\n\n"u8.ToArray(), after));
            }

            index++;
        }

        _data = data.WrittenSpan.ToArray();
        _end =
        [
            .. unsaid,
            .. EventFrame.Event("message_delta", json =>
            {
                json.WriteStartObject("delta"u8);
                told.WriteStop(json);
                json.WriteEndObject();
                told.Usage.WriteDelta(json);
            }),
            .. "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8,
        ];
    }

    public void WriteStart(PipeWriter output) => output.Write(_start);

    public void WriteStep(PipeWriter output, int step) => WriteSteps(output, step, step + 1);

    /// <summary>One delta for each block.</summary>
    public void WriteSteps(PipeWriter output, int from, int to)
    {
        while (from < to)
        {
            while (from >= _sections[_section].EndStep)
            {
                _section++;
            }

            var section = _sections[_section];
            var end = Math.Min(to, section.EndStep);
            var start = from == 0 ? 0 : _ends[from - 1];
            Write(output, section, from == section.FirstStep, _data.AsSpan(start, _ends[end - 1] - start), end == section.EndStep);
            from = end;
        }
    }

    public void WriteEnd(PipeWriter output) => output.Write(_end);

    private static void Write(PipeWriter output, Section section, bool begins, ReadOnlySpan<byte> data, bool ends)
    {
        var most = section.Before.Length + section.Open.Length + data.Length + section.Close.Length + section.After.Length;
        var span = output.GetSpan(most);
        var at = 0;
        if (begins)
        {
            Copy(section.Before, span, ref at);
        }

        Copy(section.Open, span, ref at);
        Copy(data, span, ref at);
        Copy(section.Close, span, ref at);
        if (ends)
        {
            Copy(section.After, span, ref at);
        }

        output.Advance(at);
    }

    private static void Copy(ReadOnlySpan<byte> bytes, Span<byte> to, ref int at)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    private static byte[] Begin(ToldMessage told, AnswerPart part, int index) => EventFrame.Event("content_block_start", json =>
    {
        json.WriteNumber("index"u8, index);
        json.WritePropertyName("content_block"u8);
        told.WriteBlock(json, part, index, begins: true);
    });

    private static byte[] End(ToldMessage told, AnswerPart part, int index) =>
    [
        .. part.Kind != PartKind.Reasoning ? [] : EventFrame.Event("content_block_delta", json =>
        {
            json.WriteNumber("index"u8, index);
            json.WriteStartObject("delta"u8);
            json.WriteString("type"u8, "signature_delta"u8);
            json.WriteString("signature"u8, told.Head.SignatureOf(index));
            json.WriteEndObject();
        }),
        .. EventFrame.Event("content_block_stop", json => json.WriteNumber("index"u8, index)),
    ];

    private static byte[] Open(AnswerPart part, int index)
    {
        var (type, field) = part.Kind switch
        {
            PartKind.Reasoning => ("thinking_delta", "thinking"),
            PartKind.ToolCall => ("input_json_delta", "partial_json"),
            _ => ("text_delta", "text"),
        };
        return Encoding.UTF8.GetBytes(
            $"event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{Fields.Text(index)},\"delta\":{{\"type\":\"{type}\",\"{field}\":\"");
    }

    /// <summary>The steps of one block.</summary>
    private sealed record Section(int FirstStep, int EndStep, byte[] Before, byte[] Open, byte[] Close, byte[] After);
}
