using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured.Patterns;

/// <summary>Makes a text of about a wanted length from a pattern. Whether it matches is for the caller to check.</summary>
internal sealed class PatternText(SeededRandom random)
{
    private const int LongestText = 20_000;

    private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new();

    /// <summary>Makes a text.</summary>
    /// <param name="pattern">The parsed pattern.</param>
    /// <param name="length">The wanted number of characters; met where the pattern's parts allow it.</param>
    public string Write(PatternNode pattern, int length)
    {
        _groups.Clear();
        _text.Clear();
        Append(pattern, Math.Min(length, LongestText));
        return _text.ToString();
    }

    private void Append(PatternNode node, int length)
    {
        if (_text.Length > LongestText)
        {
            return;
        }

        switch (node)
        {
            case PatternCharacters characters:
                _text.Append(characters.Choices[random.Next(characters.Choices.Length)]);
                break;
            case PatternSequence sequence:
                Share(sequence.Parts, length);
                break;
            case PatternChoice choice:
                Choose(choice.Options, length);
                break;
            case PatternRepeat repeat:
                Repeat(repeat, length);
                break;
            case PatternGroup group:
                var from = _text.Length;
                Append(group.Part, length);
                var text = _text.ToString(from, _text.Length - from);
                _groups[group.Number] = text;
                _groups[group.Name ?? group.Number] = text;
                break;
            case PatternBackReference reference:
                _text.Append(_groups.GetValueOrDefault(reference.Group));
                break;
            default:
                break;
        }
    }

    /// <summary>Gives each part its least, and what is left to those that can take it, in random portions.</summary>
    private void Share(IReadOnlyList<PatternNode> parts, int length)
    {
        var spare = length - parts.Sum(static p => (long)p.Least);
        var room = parts.Sum(static p => p is PatternBackReference ? 0L : p.Most - p.Least);
        foreach (var part in parts)
        {
            var own = part is PatternBackReference ? 0L : part.Most - part.Least;
            var given = 0L;
            if (spare > 0 && own > 0)
            {
                room -= own;
                var least = Math.Max(0, spare - room);
                var most = Math.Min(own, spare);
                given = least >= most ? most : least + random.Next((int)(most - least) + 1);
                spare -= given;
            }

            Append(part, part.Least + (int)given);
        }
    }

    private void Choose(IReadOnlyList<PatternNode> options, int length)
    {
        var fitting = options.Where(o => o.Least <= length && length <= o.Most).ToArray();
        if (fitting.Length == 0)
        {
            fitting = [.. options.Where(o => o.Least <= length)];
        }

        Append(fitting.Length > 0 ? random.Pick(fitting) : random.Pick(options), length);
    }

    private void Repeat(PatternRepeat repeat, int length)
    {
        var each = Math.Max(1, repeat.Part.Least);
        var most = (int)Math.Min(repeat.To, Math.Max(repeat.From, length / each));
        var least = repeat.Part.Most == 0 ? repeat.From : Math.Max(repeat.From, (int)Math.Min(most, (length + (long)repeat.Part.Most - 1) / repeat.Part.Most));
        var count = least + random.Next(Math.Max(0, most - least) + 1);
        var left = length;
        for (var i = 0; i < count && _text.Length <= LongestText; i++)
        {
            var rest = count - i - 1;
            var share = rest == 0 ? left : Math.Clamp(left / (rest + 1), repeat.Part.Least, repeat.Part.Most);
            var before = _text.Length;
            Append(repeat.Part, share);
            left -= _text.Length - before;
        }
    }
}
