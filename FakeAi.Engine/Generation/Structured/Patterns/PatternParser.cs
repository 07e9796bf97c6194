using System.Globalization;

namespace FakeAi.Engine.Generation.Structured.Patterns;

/// <summary>
/// Reads a regular expression (ECMA-262, as JSON Schema has it) into parts that texts can be made from: literals, classes,
/// quantifiers, groups, alternatives, anchors, look-arounds, references back.
/// </summary>
internal sealed class PatternParser
{
    private const int Deepest = 40;
    private const int MostRepeats = 4000;

    private readonly string _pattern;
    private int _at;
    private int _groups;
    private int _depth;

    private PatternParser(string pattern) => _pattern = pattern;

    /// <summary>Whether texts before and after the pattern's own may stand: it is not anchored there.</summary>
    public static bool EndsOpen(string pattern) => !pattern.EndsWith('$') || pattern.EndsWith("\\$", StringComparison.Ordinal);

    /// <summary>Parses a pattern; null where it is none, or has a part from which no text can be made.</summary>
    public static PatternNode? TryParse(string pattern)
    {
        var parser = new PatternParser(pattern);
        try
        {
            var node = parser.Choice();
            return parser._at == pattern.Length ? node : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool More => _at < _pattern.Length;

    private PatternNode Choice()
    {
        if (++_depth > Deepest)
        {
            throw new FormatException("Groups stand too deep in each other.");
        }

        var options = new List<PatternNode> { Sequence() };
        while (More && _pattern[_at] == '|')
        {
            _at++;
            options.Add(Sequence());
        }

        _depth--;
        return options.Count == 1 ? options[0] : new PatternChoice(options);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (More && _pattern[_at] is not ('|' or ')'))
        {
            parts.Add(Quantified(Atom()));
        }

        return parts.Count == 1 ? parts[0] : new PatternSequence(parts);
    }

    private PatternNode Quantified(PatternNode part)
    {
        if (!More)
        {
            return part;
        }

        int from, to;
        switch (_pattern[_at])
        {
            case '*':
                (from, to) = (0, PatternNode.NoLimit);
                _at++;
                break;
            case '+':
                (from, to) = (1, PatternNode.NoLimit);
                _at++;
                break;
            case '?':
                (from, to) = (0, 1);
                _at++;
                break;
            case '{' when Counted(out from, out to):
                break;
            default:
                return part;
        }

        if (More && _pattern[_at] is '?' or '+')
        {
            _at++;
        }

        return from > MostRepeats || to < from ? throw new FormatException("Too many repeats.") : new PatternRepeat(part, from, to);
    }

    /// <summary><c>{2}</c>, <c>{2,}</c>, <c>{2,5}</c>; anything else is a plain brace.</summary>
    private bool Counted(out int from, out int to)
    {
        (from, to) = (0, 0);
        var end = _pattern.IndexOf('}', _at);
        if (end < 0)
        {
            return false;
        }

        var bounds = _pattern[(_at + 1)..end].Split(',');
        if (bounds.Length > 2 || !int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            return false;
        }

        to = from;
        if (bounds.Length == 2)
        {
            to = PatternNode.NoLimit;
            if (bounds[1].Length > 0 && !int.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out to))
            {
                return false;
            }
        }

        _at = end + 1;
        return true;
    }

    private PatternNode Atom()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case '^' or '$':
                return new PatternNothing();
            case '.':
                return new PatternCharacters(CharacterClass.Lower + CharacterClass.Upper + CharacterClass.Digits + "-_!@#");
            case '(':
                return Group();
            case '[':
                return Class();
            case '\\':
                return Escaped();
            case '*' or '+' or '?' or ')':
                throw new FormatException("Nothing to repeat.");
            default:
                return new PatternCharacters(c.ToString());
        }
    }

    private PatternNode Group()
    {
        string? name = null;
        var (captures, looks) = (true, false);
        if (More && _pattern[_at] == '?')
        {
            captures = false;
            var rest = _pattern.AsSpan(_at);
            if (rest.StartsWith("?=") || rest.StartsWith("?!") || rest.StartsWith("?<=") || rest.StartsWith("?<!"))
            {
                looks = true;
                _at += rest[1] == '<' ? 3 : 2;
            }
            else if (rest.StartsWith("?<") || rest.StartsWith("?P<"))
            {
                var open = _pattern.IndexOf('<', _at);
                var close = _pattern.IndexOf('>', _at);
                if (close < 0)
                {
                    throw new FormatException("A group's name does not end.");
                }

                (name, captures, _at) = (_pattern[(open + 1)..close], true, close + 1);
            }
            else
            {
                var colon = _pattern.AsSpan(_at).IndexOfAny(':', ')');
                if (colon < 0)
                {
                    throw new FormatException("A group does not end.");
                }

                // Inline flags: (?i) for the rest, (?i:…) for a group. What they mean is left to the check of the text.
                _at += colon;
                if (_pattern[_at++] == ')')
                {
                    return new PatternNothing();
                }
            }
        }

        var number = captures ? (++_groups).ToString(CultureInfo.InvariantCulture) : "";
        var part = Choice();
        if (!More || _pattern[_at++] != ')')
        {
            throw new FormatException("A group does not end.");
        }

        return looks ? new PatternNothing() : captures ? new PatternGroup(part, number, name) : part;
    }

    private PatternNode Escaped()
    {
        if (!More)
        {
            throw new FormatException("The pattern ends with a backslash.");
        }

        var c = _pattern[_at];
        if (c is 'b' or 'B' or 'A' or 'z' or 'Z')
        {
            _at++;
            return new PatternNothing();
        }

        if (c is >= '1' and <= '9')
        {
            _at++;
            return new PatternBackReference(c.ToString());
        }

        if (c == 'k' && _at + 1 < _pattern.Length && _pattern[_at + 1] == '<')
        {
            var end = _pattern.IndexOf('>', _at);
            var name = end < 0 ? throw new FormatException("A reference does not end.") : _pattern[(_at + 2)..end];
            _at = end + 1;
            return new PatternBackReference(name);
        }

        var set = new CharacterClass();
        EscapedCharacter(set);
        return Of(set, negated: false);
    }

    private PatternCharacters Class()
    {
        var negated = More && _pattern[_at] == '^';
        _at += negated ? 1 : 0;
        var set = new CharacterClass();
        while (More && _pattern[_at] != ']')
        {
            var from = Member(set);
            if (from is { } first && _at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var last = Member(set) ?? first;
                set.Add(first, last < first ? throw new FormatException("A range runs backwards.") : last);
            }
        }

        if (!More)
        {
            throw new FormatException("A class does not end.");
        }

        _at++;
        return Of(set, negated);
    }

    private char? Member(CharacterClass set)
    {
        var c = _pattern[_at++];
        if (c == '\\' && More)
        {
            return EscapedCharacter(set);
        }

        set.Add(c, c);
        return c;
    }

    /// <summary>Adds what stands after a backslash; gives it back where it is a single character.</summary>
    private char? EscapedCharacter(CharacterClass set)
    {
        var c = _pattern[_at++];
        if (CharacterClass.Named(c) is { } named)
        {
            set.Add(named);
            return null;
        }

        if (c is 'p' or 'P' && More && _pattern[_at] == '{')
        {
            var end = _pattern.IndexOf('}', _at);
            var name = end < 0 ? "" : _pattern[(_at + 1)..end];
            set.Add(CharacterClass.Category(name, c == 'P') ?? throw new FormatException("An unknown category."));
            _at = end + 1;
            return null;
        }

        var single = c switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            '0' => '\0',
            'x' => Hex(2),
            'u' => Hex(4),
            _ => c,
        };
        set.Add(single, single);
        return single;
    }

    private char Hex(int digits)
    {
        if (_at + digits > _pattern.Length
            || !ushort.TryParse(_pattern.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            throw new FormatException("Hex digits are missing.");
        }

        _at += digits;
        return (char)code;
    }

    private static PatternCharacters Of(CharacterClass set, bool negated) =>
        set.Choices(negated) is { Length: > 0 } choices ? new PatternCharacters(choices) : throw new FormatException("An empty class.");
}
