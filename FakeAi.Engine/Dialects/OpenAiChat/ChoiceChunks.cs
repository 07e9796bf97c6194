using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// The chunks of one choice, encoded beforehand: what differs from step to step lies in one array, what stays the same
/// through a part is kept once.
/// </summary>
internal sealed class ChoiceChunks
{
    private const string NoLogprobs = ",\"logprobs\":null,\"finish_reason\":null";

    private readonly List<Section> _sections = [];
    private const int MostShared = 256;

    /// <summary>What many answers have in common, once.</summary>
    private static readonly ConcurrentDictionary<string, byte[]> s_shared = new(StringComparer.Ordinal);

    private CompactOffsets _ends;
    private byte[] _data = [];
    private SoundChunks? _sound;
    private int _section;

    public ChoiceChunks(ToldChat told, int index)
    {
        var choice = told.Answer.Choices[index];
        Steps = choice.Steps;
        var more = told.Variant.ChunkChoice(tellsContent: false);
        Head = Shared($"{{\"index\":{Text(index)},\"delta\":{{");
        var start = $"{StartDelta(choice, told, index)}}}{NoLogprobs}{more}}}";
        Start = choice.AudioTokens > 0 ? Utf8(start) : Shared(start);
        var finish = choice.Finish.Word(told.Request.Functions);
        Finish = Shared($"}},\"logprobs\":null,\"finish_reason\":\"{finish}\"{told.Variant.ChunkChoice(tellsContent: false, finish)}}}");
        Encode(choice, told, index);
    }

    /// <summary>How many steps the choice has.</summary>
    public int Steps { get; }

    /// <summary>What each chunk begins with, up to the members of its delta.</summary>
    public byte[] Head { get; }

    /// <summary>The rest of the first chunk, which tells the role.</summary>
    public byte[] Start { get; }

    /// <summary>The rest of the last chunk, which tells how the choice ends.</summary>
    public byte[] Finish { get; }

    /// <summary>The chunk of one step or of several of one part, in its three pieces. Steps are asked for in order.</summary>
    /// <param name="from">The first step.</param>
    /// <param name="to">The step after the last that may be in it.</param>
    /// <param name="end">The step after the last that is.</param>
    public StepBytes Run(int from, int to, out int end)
    {
        while (from >= _sections[_section].EndStep)
        {
            _section++;
        }

        var section = _sections[_section];
        end = section.Joins ? Math.Min(to, section.EndStep) : from + 1;
        var start = from == 0 ? 0 : _ends[from - 1];
        var pieces = section.Part.Pieces;
        var (first, last) = (from - section.PartStep, end - 1 - section.PartStep);
        return new StepBytes(
            section.Open, _data.AsSpan(start, _ends[end - 1] - start), section.Close, pieces[last].End - (first == 0 ? 0 : pieces[first - 1].End));
    }

    /// <summary>The sound that a step tells a token of; null for steps of text.</summary>
    public SoundChunks? SoundAt(int step) => _sound is not null && step >= _sound.FirstStep && step < _sound.EndStep ? _sound : null;

    private void Encode(AnswerChoice choice, ToldChat told, int index)
    {
        var output = new ArrayBufferWriter<byte>((choice.Parts.Sum(static p => p.Text.Length) * 9 / 8) + 16);
        var ends = ArrayPool<int>.Shared.Rent(choice.Steps);
        var step = 0;
        var calls = 0;
        foreach (var part in choice.Parts)
        {
            if (part.Pieces.Count == 0)
            {
                continue;
            }

            var more = told.Variant.ChunkChoice(tellsContent: part.Kind == PartKind.Content);
            var from = step;
            var piece = 0;
            _sound = part.Speech is null ? _sound : new SoundChunks(part, step, told.AudioExpiresAt);
            if (part.Call is { } call)
            {
                output.Write(Utf8(CallHead(call, calls, told.Request.Functions)));
                ends[step++] = output.WrittenCount;
                piece = 1;
                _sections.Add(new Section(part, from, step, [], Shared($"}}{NoLogprobs}{more}}}"), Joins: false));
            }

            var probabilities = told.Request.TopLogprobs is { } top && LogprobWriter.Tells(part.Kind)
                ? LogProbabilities.Of(part, told.ChoiceSeed(index), top, told.Tokenizer)
                : null;
            for (; piece < part.Pieces.Count; piece++)
            {
                Escape(part.Piece(piece), output);
                if (probabilities is not null)
                {
                    Probabilities(part.Kind, probabilities[piece], output);
                }

                ends[step++] = output.WrittenCount;
            }

            var (open, close) = Frame(part, calls, told.Request.Functions, told.Variant.ReasoningName);
            var rest = $"{(probabilities is null ? close + "}" + NoLogprobs : ",\"finish_reason\":null")}{more}}}";
            _sections.Add(new Section(part, from, step, Shared(open), Shared(rest), Joins: probabilities is null && part.Speech is null));
            calls += part.Call is null ? 0 : 1;
        }

        _ends = new CompactOffsets(ends.AsSpan(0, choice.Steps));
        ArrayPool<int>.Shared.Return(ends);
        _data = output.WrittenSpan.ToArray();
    }

    /// <summary>As OpenAI begins: an empty content where content or reasoning follows, none where a refusal, a call or sound does.</summary>
    private static string StartDelta(AnswerChoice choice, ToldChat told, int index) => choice.Parts.FirstOrDefault(static p => p.Kind != PartKind.Reasoning) switch
    {
        { Speech: not null, Pieces.Count: > 0 } spoken =>
            $"\"role\":\"assistant\",\"content\":null,\"refusal\":null,\"audio\":{{\"id\":\"{told.AudioId(index, spoken)}\"}}",
        { Kind: PartKind.ToolCall or PartKind.Speech } => "\"role\":\"assistant\",\"content\":null,\"refusal\":null",
        { Kind: PartKind.Refusal } => "\"role\":\"assistant\",\"content\":null,\"refusal\":\"\"",
        _ => "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null",
    };

    private static string CallHead(CalledTool call, int index, bool functions)
    {
        var name = ChunkWriter.Json(call.Name);
        return functions ? $"\"function_call\":{{\"name\":{name},\"arguments\":\"\"}}"
            : call.IsCustom ? $"\"tool_calls\":[{{\"index\":{Text(index)},\"id\":\"{call.Id}\",\"type\":\"custom\",\"custom\":{{\"name\":{name},\"input\":\"\"}}}}]"
            : $"\"tool_calls\":[{{\"index\":{Text(index)},\"id\":\"{call.Id}\",\"type\":\"function\",\"function\":{{\"name\":{name},\"arguments\":\"\"}}}}]";
    }

    private static (string Open, string Close) Frame(AnswerPart part, int call, bool functions, string reasoning) => part.Kind switch
    {
        PartKind.Content => ("\"content\":\"", "\""),
        PartKind.Speech => ("\"audio\":{\"transcript\":\"", "\"}"),
        PartKind.Reasoning => ($"\"{reasoning}\":\"", "\""),
        PartKind.Refusal => ("\"refusal\":\"", "\""),
        _ when functions => ("\"function_call\":{\"arguments\":\"", "\"}"),
        _ when part.Call!.IsCustom => ($"\"tool_calls\":[{{\"index\":{Text(call)},\"custom\":{{\"input\":\"", "\"}}]"),
        _ => ($"\"tool_calls\":[{{\"index\":{Text(call)},\"function\":{{\"arguments\":\"", "\"}}]"),
    };

    private static void Probabilities(PartKind kind, TokenProbability[] tokens, ArrayBufferWriter<byte> output)
    {
        output.Write("\"},\"logprobs\":"u8);
        using var json = new Utf8JsonWriter(output, LogprobWriter.Json);
        LogprobWriter.Write(json, kind == PartKind.Content ? tokens : null, kind == PartKind.Refusal ? tokens : null);
    }

    private static void Escape(ReadOnlySpan<char> token, ArrayBufferWriter<byte> output)
    {
        if (token.IndexOfAny('"', '\\', '\n') < 0 && Ascii.IsValid(token) && token.IndexOfAnyInRange('\0', '\x1f') < 0 && !token.Contains('\x7f'))
        {
            output.Advance(Encoding.ASCII.GetBytes(token, output.GetSpan(token.Length)));
            return;
        }

        output.Write(JsonEncodedText.Encode(token, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
    }

    private static byte[] Shared(string text) =>
        s_shared.TryGetValue(text, out var bytes) ? bytes : s_shared.Count < MostShared ? s_shared.GetOrAdd(text, Utf8) : Utf8(text);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Steps of one part that are framed alike.</summary>
    private sealed record Section(AnswerPart Part, int PartStep, int EndStep, byte[] Open, byte[] Close, bool Joins);
}

/// <summary>A chunk's pieces between the choice's head and its end, and the UTF-16 length of what it tells.</summary>
internal readonly ref struct StepBytes(ReadOnlySpan<byte> open, ReadOnlySpan<byte> data, ReadOnlySpan<byte> close, int length)
{
    public ReadOnlySpan<byte> Open { get; } = open;

    public ReadOnlySpan<byte> Data { get; } = data;

    public ReadOnlySpan<byte> Close { get; } = close;

    public int Length { get; } = length;
}
