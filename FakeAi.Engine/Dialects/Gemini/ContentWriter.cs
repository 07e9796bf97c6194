using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>
/// Writes an answer's chunks, each a response of its own with the usage so far. All that stays the same is encoded beforehand; on
/// the wheel's thread bytes are copied, and four figures are spelled.
/// </summary>
internal sealed class ContentWriter : IChunkEncoder
{
    private const int FigureRoom = 128;

    private static readonly byte[] s_open = "{\"candidates\":[{\"content\":{\"parts\":["u8.ToArray();

    private readonly StreamForm _form;
    private readonly ChoiceChunks[] _choices;
    private readonly byte[] _usage;
    private readonly byte[] _details;
    private readonly byte[] _tail;
    private readonly int _prompt;
    private int _tokens;
    private int _thoughts;

    public ContentWriter(ToldContent told, StreamForm form)
    {
        _form = form;
        _choices = new ChoiceChunks[told.Answer.Choices.Count];
        for (var i = 0; i < _choices.Length; i++)
        {
            _choices[i] = new ChoiceChunks(told, i);
            _thoughts += _choices[i].HiddenTokens;
        }

        _prompt = told.Request.Generation.PromptTokens;
        var prompt = _prompt.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _usage = Encoding.ASCII.GetBytes($"}}],\"usageMetadata\":{{\"promptTokenCount\":{prompt},\"candidatesTokenCount\":");
        var cached = told.CachedTokens > 0 ? $",\"cachedContentTokenCount\":{told.CachedTokens.ToString(System.Globalization.CultureInfo.InvariantCulture)}" : "";
        _details = Encoding.ASCII.GetBytes($"{cached},\"promptTokensDetails\":[{{\"modality\":\"TEXT\",\"tokenCount\":{prompt}}}]");
        _tail =
        [
            .. "},"u8,
            .. JsonText.Bytes(json =>
            {
                json.WriteStartObject();
                told.WriteNames(json);
                json.WriteEndObject();
            }).AsSpan()[1..],
            .. form.Suffix,
        ];
    }

    /// <summary>Whether a chunk was written.</summary>
    public bool Began { get; private set; }

    /// <summary>Writes nothing by itself but the end of candidates that say nothing.</summary>
    public void WriteStart(PipeWriter output)
    {
        foreach (var choice in _choices)
        {
            if (choice.Steps == 0)
            {
                Write(output, "{\"text\":\"\"}],\"role\":\"model\"}"u8, [], [], choice.Finish);
            }
        }
    }

    public void WriteStep(PipeWriter output, int step) => WriteSteps(output, step, step + 1);

    /// <summary>One chunk for each candidate and part: steps of one part are joined, unless each tells its probabilities.</summary>
    public void WriteSteps(PipeWriter output, int from, int to)
    {
        foreach (var choice in _choices)
        {
            var last = Math.Min(to, choice.Steps);
            for (var step = from; step < last;)
            {
                var run = choice.Take(step, last);
                step = run.End;
                _tokens += run.Tokens;
                _thoughts += run.Thoughts;
                var ends = step == choice.Steps;
                if (run.Data.Length > 0)
                {
                    Write(output, run.Open, run.Data, run.Close, ends ? choice.Finish : choice.Rest);
                }
                else if (ends)
                {
                    // A limit cut a call off: nothing of it is told, only how it ends.
                    Write(output, "{\"text\":\"\"}],\"role\":\"model\"}"u8, [], [], choice.Finish);
                }
            }
        }
    }

    public void WriteEnd(PipeWriter output)
    {
        _form.End.CopyTo(output.GetSpan(_form.End.Length));
        output.Advance(_form.End.Length);
    }

    /// <summary>Writes one chunk, in one go.</summary>
    private void Write(PipeWriter output, ReadOnlySpan<byte> open, ReadOnlySpan<byte> data, ReadOnlySpan<byte> close, ReadOnlySpan<byte> rest)
    {
        var prefix = Began ? _form.Next : _form.First;
        Began = true;
        var span = output.GetSpan(
            prefix.Length + s_open.Length + open.Length + data.Length + close.Length + rest.Length + _usage.Length + _details.Length + FigureRoom + _tail.Length);
        var at = 0;
        Copy(prefix, span, ref at);
        Copy(s_open, span, ref at);
        Copy(open, span, ref at);
        Copy(data, span, ref at);
        Copy(close, span, ref at);
        Copy(rest, span, ref at);
        Copy(_usage, span, ref at);
        Figure(_tokens, span, ref at);
        Copy(",\"totalTokenCount\":"u8, span, ref at);
        Figure(_prompt + _tokens + _thoughts, span, ref at);
        Copy(_details, span, ref at);
        if (_thoughts > 0)
        {
            Copy(",\"thoughtsTokenCount\":"u8, span, ref at);
            Figure(_thoughts, span, ref at);
        }

        Copy(_tail, span, ref at);
        output.Advance(at);
    }

    private static void Figure(int number, Span<byte> to, ref int at)
    {
        Utf8Formatter.TryFormat(number, to[at..], out var written);
        at += written;
    }

    private static void Copy(ReadOnlySpan<byte> bytes, Span<byte> to, ref int at)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }
}
