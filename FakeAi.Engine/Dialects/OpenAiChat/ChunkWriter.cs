using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Writes an answer's chunks in a format's frame. All that stays the same from chunk to chunk, and every token in its escaped form, is
/// encoded beforehand; on the wheel's thread bytes are only copied.
/// </summary>
internal sealed class ChunkWriter : IChunkEncoder
{
    private const int ObfuscationStep = 8;
    private const string ObfuscationAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const ulong Purpose = 0x0BF5;

    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly byte[] _lastTail;
    private readonly ChoiceChunks[] _choices;
    private readonly byte[]? _usage;
    private readonly ulong? _paddingSeed;
    private byte[]? _padding;
    private readonly byte[] _close;
    private readonly byte[] _first;
    private readonly ReadOnlyMemory<byte> _done;
    private int _paddingAt;

    public ChunkWriter(ToldChat told, StreamOptions options, StreamFrame frame)
    {
        var head = told.Head;
        _close = [.. "}"u8, .. frame.Suffix.Span];
        _done = frame.Done;
        _first = told.Variant.FirstChunk is { Length: > 0 } first ? [.. frame.Prefix.Span, .. Encoding.UTF8.GetBytes(first), .. frame.Suffix.Span] : [];
        _head = [.. frame.Prefix.Span, .. Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"{head.Id}\",\"object\":\"chat.completion.chunk\",\"created\":{head.Created},\"model\":{Json(head.Model)},"
            + $"\"service_tier\":\"{head.ServiceTier}\",\"system_fingerprint\":\"{head.Fingerprint}\"{told.Variant.ChunkMembers(told)},\"choices\":["))];
        _tail = options.IncludeUsage && !told.Variant.AlwaysTellsUsage ? "],\"usage\":null"u8.ToArray() : "]"u8.ToArray();
        _lastTail = told.Variant.LastChunkMembers(told) is { Length: > 0 } last ? [.. _tail, .. Encoding.UTF8.GetBytes(last)] : _tail;
        _choices = new ChoiceChunks[told.Answer.Choices.Count];
        for (var i = 0; i < _choices.Length; i++)
        {
            _choices[i] = new ChoiceChunks(told, i);
        }

        _usage = options.IncludeUsage ? UsageChunk(told) : null;
        if (options.IncludeObfuscation)
        {
            _paddingSeed = SeedHash.Derive(told.Seed, Purpose);
        }
    }

    public bool ReadsTexts => false;

    public void WriteStart(PipeWriter output)
    {
        if (_paddingSeed is { } seed)
        {
            _padding = Encoding.ASCII.GetBytes(new SeededRandom(seed).NextText(ObfuscationAlphabet, 256));
        }

        output.Write(_first);
        foreach (var choice in _choices)
        {
            Write(output, choice.Head, choice.Start, [], [], 0);
            if (choice.Steps == 0)
            {
                Write(output, choice.Head, choice.Finish, [], [], 0, _lastTail);
            }
        }
    }

    public void WriteStep(PipeWriter output, int step) => WriteSteps(output, step, step + 1);

    /// <summary>One chunk for each choice and part: steps of one part are joined, unless each tells its probabilities.</summary>
    public void WriteSteps(PipeWriter output, int from, int to)
    {
        foreach (var choice in _choices)
        {
            var last = Math.Min(to, choice.Steps);
            for (var step = from; step < last;)
            {
                var sound = choice.SoundAt(step);
                var bytes = choice.Run(step, last, out step);
                if (sound is null)
                {
                    Write(output, choice.Head, bytes.Open, bytes.Data, bytes.Close, bytes.Length);
                }
                else
                {
                    WriteSound(output, choice, sound, bytes, step);
                }

                if (step == choice.Steps)
                {
                    Write(output, choice.Head, choice.Finish, [], [], 0, _lastTail);
                }
            }
        }
    }

    /// <summary>The words that begin to be heard, the sound, and behind the last of it until when it can be named.</summary>
    private void WriteSound(PipeWriter output, ChoiceChunks choice, SoundChunks sound, StepBytes words, int end)
    {
        if (!words.Data.IsEmpty)
        {
            Write(output, choice.Head, words.Open, words.Data, words.Close, words.Length);
        }

        var data = sound.Next();
        Write(output, choice.Head, SoundChunks.Open, data, SoundChunks.Close, data.Length);
        if (end == sound.EndStep)
        {
            Write(output, choice.Head, sound.Expiry, [], [], 0);
        }
    }

    public void WriteEnd(PipeWriter output)
    {
        if (_usage is not null)
        {
            output.Write(_head);
            output.Write(_usage);
            Span<byte> end = stackalloc byte[64];
            var at = 0;
            Obfuscate(end, ref at, 0);
            output.Write(end[..at]);
            output.Write(_close);
        }

        output.Write(_done.Span);
    }

    /// <summary>A text as a JSON string.</summary>
    internal static string Json(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>Writes one chunk, in one go.</summary>
    private void Write(
        PipeWriter output, ReadOnlySpan<byte> head, ReadOnlySpan<byte> open, ReadOnlySpan<byte> data, ReadOnlySpan<byte> close, int contentLength, byte[]? tail = null)
    {
        tail ??= _tail;
        var most = _head.Length + head.Length + open.Length + data.Length + close.Length + tail.Length + 64 + _close.Length;
        var span = output.GetSpan(most);
        var at = 0;
        Copy(_head, span, ref at);
        Copy(head, span, ref at);
        Copy(open, span, ref at);
        Copy(data, span, ref at);
        Copy(close, span, ref at);
        Copy(tail, span, ref at);
        Obfuscate(span, ref at, contentLength);
        Copy(_close, span, ref at);
        output.Advance(at);
    }

    private static void Copy(ReadOnlySpan<byte> bytes, Span<byte> to, ref int at)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    /// <summary>Fills content up to a multiple of eight characters, so that lengths tell little about the text.</summary>
    private void Obfuscate(Span<byte> to, ref int at, int contentLength)
    {
        if (_padding is null)
        {
            return;
        }

        var length = ObfuscationStep - (contentLength % ObfuscationStep);
        _paddingAt = (_paddingAt + 5) % (_padding.Length - ObfuscationStep);
        Copy(",\"obfuscation\":\""u8, to, ref at);
        Copy(_padding.AsSpan(_paddingAt, length), to, ref at);
        Copy("\""u8, to, ref at);
    }

    private static byte[] UsageChunk(ToldChat told)
    {
        var buffer = new ArrayBufferWriter<byte>(320);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Usage.Write(json, told.Request.Generation.PromptTokens, told.CachedTokens, told.Answer, told.Request.PromptAudioTokens, more => told.Variant.WriteUsage(more, told));
            json.WriteEndObject();
        }

        // Without its braces: the members go into the chunk's own object.
        return [.. "],"u8, .. buffer.WrittenSpan[1..^1]];
    }
}
