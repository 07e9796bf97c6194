using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>Draws sentences of one list without repeating one before all were used, and fills their slots.</summary>
internal sealed class Sentences(SeededRandom random, Topic topic)
{
    private readonly Dictionary<string[], (int[] Order, int Next)> _bags = [];
    private readonly StringBuilder _text = new(256);
    private string _subject = topic.Main;

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
                var end = pattern.IndexOf('}');
                Fill(pattern[1..end]);
                pattern = pattern[(end + 1)..];
            }
            else
            {
                var end = Closing(pattern);
                Expand(Alternative(pattern[1..end]));
                pattern = pattern[(end + 1)..];
            }
        }
    }

    private void Fill(ReadOnlySpan<char> slot)
    {
        if (slot[0] == '=')
        {
            var slash = slot.IndexOf('/');
            _text.Append(IsPlural(_subject) ? slot[(slash + 1)..] : slot[1..slash]);
            return;
        }

        _subject = slot[0] == 'T' || topic.Others.Count == 0 ? topic.Main : random.Pick(topic.Others);
        _text.Append(_subject);
    }

    /// <summary>A guess by the ending: good for most English nouns.</summary>
    private static bool IsPlural(string phrase)
    {
        var of = phrase.IndexOf(" of ", StringComparison.Ordinal);
        var head = of < 0 ? phrase.AsSpan() : phrase.AsSpan(0, of);
        return head.Length > 3 && head[^1] == 's' && head[^2] is not ('s' or 'u' or 'i');
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
