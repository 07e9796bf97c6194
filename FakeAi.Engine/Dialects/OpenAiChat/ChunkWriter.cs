using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Writes an answer as server-sent events. All that stays the same from chunk to chunk, and every token in its escaped
/// form, is encoded beforehand; on the wheel's thread bytes are only copied.
/// </summary>
internal sealed class ChunkWriter : IChunkEncoder
{
    private const int ObfuscationStep = 8;
    private const string ObfuscationAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const ulong Purpose = 0x0BF5;

    private readonly Answer _answer;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly byte[][] _choiceHeads;
    private readonly byte[][] _tokens;
    private readonly int[][] _tokenEnds;
    private readonly byte[]? _usage;
    private readonly byte[]? _padding;
    private int _paddingAt;

    public ChunkWriter(AnswerHead head, Answer answer, int promptTokens, StreamOptions options, ulong seed)
    {
        _answer = answer;
        _head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"data: {{\"id\":\"{head.Id}\",\"object\":\"chat.completion.chunk\",\"created\":{head.Created},\"model\":{Json(head.Model)},"
            + $"\"service_tier\":\"{head.ServiceTier}\",\"system_fingerprint\":\"{head.Fingerprint}\",\"choices\":["));
        _tail = options.IncludeUsage ? "],\"usage\":null"u8.ToArray() : "]"u8.ToArray();
        _choiceHeads = new byte[answer.Choices.Count][];
        _tokens = new byte[answer.Choices.Count][];
        _tokenEnds = new int[answer.Choices.Count][];
        for (var i = 0; i < answer.Choices.Count; i++)
        {
            _choiceHeads[i] = Encoding.UTF8.GetBytes($"{{\"index\":{i.ToString(CultureInfo.InvariantCulture)},\"delta\":{{");
            Encode(i);
        }

        _usage = options.IncludeUsage ? UsageChunk(promptTokens, answer.OutputTokens) : null;
        if (options.IncludeObfuscation)
        {
            var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
            _padding = Encoding.ASCII.GetBytes(random.NextText(ObfuscationAlphabet, 256));
        }
    }

    public void WriteStart(PipeWriter output)
    {
        for (var i = 0; i < _choiceHeads.Length; i++)
        {
            Begin(output, i);
            output.Write("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}"u8);
            End(output, 0);
            if (_answer.Choices[i].Pieces.Count == 0)
            {
                Finish(output, i);
            }
        }
    }

    public void WriteStep(PipeWriter output, int step)
    {
        for (var i = 0; i < _choiceHeads.Length; i++)
        {
            var choice = _answer.Choices[i];
            if (step >= choice.Pieces.Count)
            {
                continue;
            }

            Begin(output, i);
            output.Write("\"content\":\""u8);
            var from = step == 0 ? 0 : _tokenEnds[i][step - 1];
            output.Write(_tokens[i].AsSpan(from, _tokenEnds[i][step] - from));
            output.Write("\"},\"logprobs\":null,\"finish_reason\":null}"u8);
            End(output, choice.Piece(step).Length);
            if (step == choice.Pieces.Count - 1)
            {
                Finish(output, i);
            }
        }
    }

    public void WriteEnd(PipeWriter output)
    {
        if (_usage is not null)
        {
            output.Write(_head);
            output.Write(_usage);
            Obfuscate(output, 0);
            output.Write("}\n\n"u8);
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    private void Finish(PipeWriter output, int choice)
    {
        Begin(output, choice);
        output.Write(_answer.Choices[choice].Finish == FinishReason.Length
            ? "},\"logprobs\":null,\"finish_reason\":\"length\"}"u8
            : "},\"logprobs\":null,\"finish_reason\":\"stop\"}"u8);
        End(output, 0);
    }

    private void Begin(PipeWriter output, int choice)
    {
        output.Write(_head);
        output.Write(_choiceHeads[choice]);
    }

    private void End(PipeWriter output, int contentLength)
    {
        output.Write(_tail);
        Obfuscate(output, contentLength);
        output.Write("}\n\n"u8);
    }

    /// <summary>Fills content up to a multiple of eight characters, so that lengths tell little about the text.</summary>
    private void Obfuscate(PipeWriter output, int contentLength)
    {
        if (_padding is null)
        {
            return;
        }

        var length = ObfuscationStep - (contentLength % ObfuscationStep);
        _paddingAt = (_paddingAt + 5) % (_padding.Length - ObfuscationStep);
        output.Write(",\"obfuscation\":\""u8);
        output.Write(_padding.AsSpan(_paddingAt, length));
        output.Write("\""u8);
    }

    private void Encode(int index)
    {
        var choice = _answer.Choices[index];
        var escaped = new ArrayBufferWriter<byte>((choice.Text.Length * 9 / 8) + 16);
        var ends = new int[choice.Pieces.Count];
        for (var i = 0; i < ends.Length; i++)
        {
            var token = choice.Piece(i);
            if (token.IndexOfAny('"', '\\', '\n') < 0 && Ascii.IsValid(token) && token.IndexOfAnyInRange('\0', '\x1f') < 0 && !token.Contains('\x7f'))
            {
                escaped.Advance(Encoding.ASCII.GetBytes(token, escaped.GetSpan(token.Length)));
            }
            else
            {
                var bytes = JsonEncodedText.Encode(token, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
                escaped.Write(bytes);
            }

            ends[i] = escaped.WrittenCount;
        }

        _tokens[index] = escaped.WrittenSpan.ToArray();
        _tokenEnds[index] = ends;
    }

    private static byte[] UsageChunk(int promptTokens, int completionTokens)
    {
        var buffer = new ArrayBufferWriter<byte>(320);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Usage.Write(json, promptTokens, completionTokens);
            json.WriteEndObject();
        }

        // Without its braces: the members go into the chunk's own object.
        return [.. "],"u8, .. buffer.WrittenSpan[1..^1]];
    }

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
