using System.Text;

namespace FakeAi.Engine.Generation.Structured.Patterns;

/// <summary>
/// A set of characters that a pattern accepts at one place. Texts are made of printable ASCII wherever the set has some;
/// else of the first characters of its ranges.
/// </summary>
internal sealed class CharacterClass
{
    public const string Lower = "abcdefghijklmnopqrstuvwxyz";
    public const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    public const string Digits = "0123456789";
    public const string Marks = "-_.,:;!?@#$%&*+=/";
    public const string Word = Lower + Upper + Digits + "_";

    private readonly HashSet<char> _ascii = [];
    private readonly List<(char From, char To)> _others = [];

    public void Add(char from, char to)
    {
        for (var c = from; c <= to && c < 128; c++)
        {
            _ascii.Add(c);
        }

        if (to >= 128)
        {
            _others.Add(((char)Math.Max((int)from, 128), to));
        }
    }

    public void Add(string characters)
    {
        foreach (var c in characters)
        {
            Add(c, c);
        }
    }

    /// <summary>The characters to choose from, in ascending order; empty where the set holds none that a text can have.</summary>
    public string Choices(bool negated)
    {
        var choices = new StringBuilder();
        for (var c = ' '; c <= '~'; c++)
        {
            if (_ascii.Contains(c) != negated)
            {
                choices.Append(c);
            }
        }

        if (choices.Length > 0)
        {
            return choices.ToString();
        }

        // Control characters before all else: a class of tabs and line breaks means them.
        for (var c = (char)0; c < ' ' && !negated; c++)
        {
            if (_ascii.Contains(c))
            {
                choices.Append(c);
            }
        }

        if (negated)
        {
            return Contains('é') ? "" : "é";
        }

        foreach (var (from, to) in _others)
        {
            for (int c = from; c <= to && choices.Length < 64; c++)
            {
                if (!char.IsSurrogate((char)c))
                {
                    choices.Append((char)c);
                }
            }
        }

        return choices.ToString();
    }

    /// <summary>The characters of <c>\d</c>, <c>\w</c>, <c>\s</c> and their opposites; null for another letter.</summary>
    public static string? Named(char letter) => letter switch
    {
        'd' => Digits,
        'D' => Lower + Upper + Marks + " ",
        'w' => Word,
        'W' => " -.,:;!?@#$%&*+=/",
        's' => " ",
        'S' => Lower + Upper + Digits + Marks,
        _ => null,
    };

    /// <summary>ASCII characters of a Unicode category such as <c>L</c>, <c>Lu</c>, <c>Nd</c>; null for one that has none here.</summary>
    public static string? Category(string name, bool negated) => (name, negated) switch
    {
        ("L" or "Letter" or "Alphabetic", false) => Lower + Upper,
        ("Lu" or "Uppercase_Letter", false) => Upper,
        ("Ll" or "Lowercase_Letter", false) => Lower,
        ("N" or "Nd" or "Number", false) => Digits,
        ("P" or "Po" or "Punctuation", false) => "!#%&*,./:;?@",
        ("Pd", false) => "-",
        ("S" or "Sc" or "Symbol", false) => "$",
        ("Sm", false) => "+<=>",
        ("Z" or "Zs" or "Separator", false) => " ",
        ("M" or "Mn", false) => "\u0301",
        ("C" or "Cc", false) => "\t",
        ("C" or "Cc" or "M" or "Mn" or "Z" or "Zs", true) => Lower + Digits,
        ("L" or "Lu" or "Ll", true) => Digits,
        (_, true) => Lower,
        _ => null,
    };

    private bool Contains(char c) => _others.Exists(r => r.From <= c && c <= r.To);
}
