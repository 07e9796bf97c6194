using System.Buffers;
using System.Globalization;
using System.Text;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>
/// The chunks of one candidate, encoded beforehand. Text is told piece by piece; a call is told at once, when its last piece is due,
/// as Gemini does.
/// </summary>
internal sealed class ChoiceChunks
{
    private readonly List<Section> _sections = [];
    private readonly int[] _ends;
    private readonly int[] _tokens;
    private readonly byte[] _data;
    private int _section;

    public ChoiceChunks(ToldContent told, int index)
    {
        var choice = told.Answer.Choices[index];
        Steps = choice.Steps;
        var at = index.ToString(CultureInfo.InvariantCulture);
        Rest = Encoding.UTF8.GetBytes($",\"index\":{at}");
        var ratings = Encoding.UTF8.GetString(JsonText.Bytes(json =>
        {
            json.WriteStartObject();
            told.WriteRatings(json);
            json.WriteEndObject();
        }))[1..^1];
        Finish = Encoding.UTF8.GetBytes(
            $",\"finishReason\":\"{ToldContent.FinishReason(choice)}\",\"index\":{at}{(ratings.Length == 0 ? "" : ",")}{ratings}");
        HiddenTokens = choice.HiddenTokens;
        _ends = new int[choice.Steps];
        _tokens = new int[choice.Steps];
        var data = new ArrayBufferWriter<byte>((choice.Parts.Sum(static p => p.Text.Length) * 9 / 8) + 16);
        var step = 0;
        foreach (var part in choice.Parts.Where(static p => p.Pieces.Count > 0))
        {
            var first = step;
            var probabilities = told.Probabilities(part, index);
            for (var piece = 0; piece < part.Pieces.Count; piece++)
            {
                if (part.Call is null)
                {
                    JsonText.Escape(part.Piece(piece), data);
                    if (probabilities is not null)
                    {
                        data.Write("\"}],\"role\":\"model\"},"u8);
                        data.Write(JsonText.Bytes(json =>
                        {
                            json.WriteStartObject();
                            ToldContent.WriteLogprobs(json, probabilities[piece]);
                            json.WriteEndObject();
                        }).AsSpan()[1..^1]);
                    }
                }
                else if (piece == part.Pieces.Count - 1 && ToldContent.IsTold(part))
                {
                    data.Write(JsonText.Bytes(json => told.WritePart(json, part)));
                }

                _tokens[step] = part.Pieces[piece].Tokens;
                _ends[step++] = data.WrittenCount;
            }

            var (open, close) = part.Call is not null ? ("", "],\"role\":\"model\"}")
                : part.Kind == PartKind.Reasoning ? ("{\"text\":\"", "\",\"thought\":true}],\"role\":\"model\"}")
                : ("{\"text\":\"", probabilities is null ? "\"}],\"role\":\"model\"}" : "");
            _sections.Add(new Section(first, step, part.Kind == PartKind.Reasoning, Encoding.UTF8.GetBytes(open), Encoding.UTF8.GetBytes(close), part.Call is null && probabilities is null));
        }

        _data = data.WrittenSpan.ToArray();
    }

    /// <summary>How many steps the candidate has.</summary>
    public int Steps { get; }

    /// <summary>Tokens generated and not told.</summary>
    public int HiddenTokens { get; }

    /// <summary>What follows the content of every chunk but the last.</summary>
    public byte[] Rest { get; }

    /// <summary>What follows the content of the last chunk.</summary>
    public byte[] Finish { get; }

    /// <summary>The chunk of one step or of several of one part, in its three pieces; no data where nothing is told. Steps are asked for in order.</summary>
    /// <param name="from">The first step.</param>
    /// <param name="to">The step after the last that may be in it.</param>
    public Run Take(int from, int to)
    {
        while (from >= _sections[_section].EndStep)
        {
            _section++;
        }

        var section = _sections[_section];
        var end = section.Joins ? Math.Min(to, section.EndStep) : from + 1;
        var start = from == 0 ? 0 : _ends[from - 1];
        var tokens = 0;
        for (var step = from; step < end; step++)
        {
            tokens += _tokens[step];
        }

        return new Run(end, section.IsThought ? 0 : tokens, section.IsThought ? tokens : 0, section.Open, _data.AsSpan(start, _ends[end - 1] - start), section.Close);
    }

    /// <summary>Steps of one part.</summary>
    private sealed record Section(int FirstStep, int EndStep, bool IsThought, byte[] Open, byte[] Close, bool Joins);
}

/// <summary>A chunk's pieces, and what it tells.</summary>
internal readonly ref struct Run(int end, int tokens, int thoughts, ReadOnlySpan<byte> open, ReadOnlySpan<byte> data, ReadOnlySpan<byte> close)
{
    /// <summary>The step after the last in it.</summary>
    public int End { get; } = end;

    public int Tokens { get; } = tokens;

    /// <summary>Tokens of thoughts.</summary>
    public int Thoughts { get; } = thoughts;

    public ReadOnlySpan<byte> Open { get; } = open;

    public ReadOnlySpan<byte> Data { get; } = data;

    public ReadOnlySpan<byte> Close { get; } = close;
}
