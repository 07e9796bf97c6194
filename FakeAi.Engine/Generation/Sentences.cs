using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>Draws sentences of one list without repeating one before all were used, and fills their slots.</summary>
internal sealed class Sentences(SeededRandom random, Topic topic)
{
    private readonly Dictionary<string[], (int[] Order, int Next)> _bags = [];
    private readonly StringBuilder _text = new(256);

    /// <summary>One sentence, beginning with a capital letter.</summary>
    public string Next(string[] patterns)
    {
        _text.Clear();
        Expand(Draw(patterns));
        if (_text.Length > 0 && char.IsAsciiLetterLower(_text[0]))
        {
            _text[0] = char.ToUpperInvariant(_text[0]);
        }

        return _text.ToString();
    }

    private string Draw(string[] patterns)
    {
        if (!_bags.TryGetValue(patterns, out var bag) || bag.Next == bag.Order.Length)
        {
            var order = Enumerable.Range(0, patterns.Length).ToArray();
            random.Shuffle(order);
            bag = (order, 0);
        }

        _bags[patterns] = (bag.Order, bag.Next + 1);
        return patterns[bag.Order[bag.Next]];
    }

    private void Expand(ReadOnlySpan<char> pattern)
    {
        while (!pattern.IsEmpty)
        {
            var special = pattern.IndexOfAny('[', '{');
            if (special < 0)
            {
                _text.Append(pattern);
                return;
            }

            _text.Append(pattern[..special]);
            pattern = pattern[special..];
            if (pattern[0] == '{')
            {
                _text.Append(pattern[1] == 'T' || topic.Others.Count == 0 ? topic.Main : random.Pick(topic.Others));
                pattern = pattern[3..];
            }
            else
            {
                var end = Closing(pattern);
                Expand(Alternative(pattern[1..end]));
                pattern = pattern[(end + 1)..];
            }
        }
    }

    private static int Closing(ReadOnlySpan<char> pattern)
    {
        var depth = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            depth += pattern[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        throw new FormatException("A pattern of the phrasebook lacks a closing bracket.");
    }

    private ReadOnlySpan<char> Alternative(ReadOnlySpan<char> options)
    {
        Span<int> bars = stackalloc int[16];
        var count = 0;
        var depth = 0;
        for (var i = 0; i < options.Length; i++)
        {
            depth += options[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (depth == 0 && options[i] == '|')
            {
                bars[count++] = i;
            }
        }

        var chosen = random.Next(count + 1);
        var from = chosen == 0 ? 0 : bars[chosen - 1] + 1;
        var to = chosen == count ? options.Length : bars[chosen];
        return options[from..to];
    }
}
