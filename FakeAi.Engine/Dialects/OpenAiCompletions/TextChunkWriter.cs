using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>Writes an answer chunk by chunk. Every choice is encoded beforehand; on the wheel's thread bytes are only copied.</summary>
internal sealed class TextChunkWriter : IChunkEncoder
{
    private readonly StreamFrame _frame;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly byte[]? _usage;
    private readonly EncodedChoice[] _choices;

    public TextChunkWriter(ToldCompletion told, StreamOptions options, StreamFrame frame)
    {
        var head = told.Head;
        _frame = frame;
        _head = [.. frame.Prefix.Span, .. Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"{head.Id}\",\"object\":\"text_completion\",\"created\":{head.Created},\"model\":{ChunkWriter.Json(head.Model)},\"choices\":["))];
        _tail = [.. options.IncludeUsage ? "],\"usage\":null}"u8 : "]}"u8, .. frame.Suffix.Span];
        _choices = [.. told.Choices.Select((choice, index) => new EncodedChoice(told, choice, index))];
        _usage = options.IncludeUsage ? UsageChunk(told) : null;
    }

    public void WriteStart(PipeWriter output)
    {
        foreach (var choice in _choices)
        {
            if (choice.Prompt is { } prompt)
            {
                Write(output, prompt);
            }

            if (choice.Steps == 0)
            {
                Write(output, choice.Finish);
            }
        }
    }

    public void WriteStep(PipeWriter output, int step)
    {
        foreach (var choice in _choices)
        {
            if (step >= choice.Steps)
            {
                continue;
            }

            Write(output, choice.Step(step));
            if (step == choice.Steps - 1)
            {
                Write(output, choice.Finish);
            }
        }
    }

    public void WriteEnd(PipeWriter output)
    {
        if (_usage is not null)
        {
            output.Write(_head);
            output.Write(_usage);
            output.Write(_frame.Suffix.Span);
        }

        output.Write(_frame.Done.Span);
    }

    private void Write(PipeWriter output, ReadOnlySpan<byte> choice)
    {
        var span = output.GetSpan(_head.Length + choice.Length + _tail.Length);
        _head.CopyTo(span);
        choice.CopyTo(span[_head.Length..]);
        _tail.CopyTo(span[(_head.Length + choice.Length)..]);
        output.Advance(_head.Length + choice.Length + _tail.Length);
    }

    private static byte[] UsageChunk(ToldCompletion told)
    {
        var buffer = new ArrayBufferWriter<byte>(320);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Usage.Write(json, told.Request.PromptTokens, told.CachedTokens, told.Answer);
            json.WriteEndObject();
        }

        return [.. "],"u8, .. buffer.WrittenSpan[1..]];
    }

    /// <summary>The choice objects of all of one choice's chunks, one behind the other.</summary>
    private sealed class EncodedChoice
    {
        private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

        private readonly byte[] _data;
        private readonly int[] _ends;

        public EncodedChoice(ToldCompletion all, ToldChoice told, int index)
        {
            var top = all.Request.Logprobs;
            var logprobs = top is { } count ? new LegacyLogprobs(count, told.Prompt.Text, all.Tokenizer) : null;
            var output = new ArrayBufferWriter<byte>(told.Content.Text.Length + (told.Content.Pieces.Count * 64) + 16);
            if (all.Request.Echo)
            {
                logprobs?.AddPrompt(told.Prompt, told.Seed);
                Encode(output, told.Prompt.Text, index, logprobs, null);
                Prompt = output.WrittenSpan.ToArray();
                output.ResetWrittenCount();
            }

            var probabilities = top is { } likely ? LogProbabilities.Of(told.Content, told.Seed, Math.Max(1, likely), all.Tokenizer) : null;
            _ends = new int[told.Content.Pieces.Count];
            for (var i = 0; i < _ends.Length; i++)
            {
                var piece = told.Content.Piece(i);
                if (probabilities is not null)
                {
                    logprobs!.Add(probabilities[i], piece);
                }

                Encode(output, piece, index, logprobs, null);
                _ends[i] = output.WrittenCount;
            }

            _data = output.WrittenSpan.ToArray();
            output.ResetWrittenCount();
            Encode(output, "", index, null, told.Choice.Finish.Word());
            Finish = output.WrittenSpan.ToArray();
        }

        /// <summary>The chunk that tells the prompt; null where it is not echoed.</summary>
        public byte[]? Prompt { get; }

        /// <summary>The chunk that tells how the choice ends.</summary>
        public byte[] Finish { get; }

        public int Steps => _ends.Length;

        public ReadOnlySpan<byte> Step(int step)
        {
            var from = step == 0 ? 0 : _ends[step - 1];
            return _data.AsSpan(from, _ends[step] - from);
        }

        private static void Encode(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text, int index, LegacyLogprobs? logprobs, string? finish)
        {
            using var json = new Utf8JsonWriter(output, s_json);
            json.WriteStartObject();
            json.WriteString("text"u8, text);
            json.WriteNumber("index"u8, index);
            json.WritePropertyName("logprobs"u8);
            if (logprobs is null)
            {
                json.WriteNullValue();
            }
            else
            {
                logprobs.Write(json);
            }

            json.WriteString("finish_reason"u8, finish);
            json.WriteEndObject();
        }
    }
}
