namespace FakeAi.Engine.Generation.Tokens;

/// <summary>The parts that the encodings' expressions have in common. Each gives the end of its match, or its beginning where there is none.</summary>
internal static class SplitterParts
{
    private const byte NotSymbol = CharacterClasses.Space | CharacterClasses.Letter | CharacterClasses.Number;

    /// <summary><c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c>; ignoring case, the long s (U+017F) is an s.</summary>
    public static int EndOfContraction(ReadOnlySpan<char> text, int at)
    {
        if (at + 1 >= text.Length || text[at] != '\'')
        {
            return at;
        }

        var second = at + 2 < text.Length ? text[at + 2] | 0x20 : 0;
        return text[at + 1] switch
        {
            's' or 'S' or '\u017f' or 'd' or 'D' or 'm' or 'M' or 't' or 'T' => at + 2,
            'l' or 'L' when second == 'l' => at + 3,
            'v' or 'V' or 'r' or 'R' when second == 'e' => at + 3,
            _ => at,
        };
    }

    /// <summary><c>\p{N}{1,3}</c>, where the first is known to be one.</summary>
    public static int EndOfNumber(ReadOnlySpan<char> text, int at)
    {
        for (var digits = 0; digits < 3 && at < text.Length; digits++)
        {
            if ((CharacterClasses.At(text, at, out var length) & CharacterClasses.Number) == 0)
            {
                break;
            }

            at += length;
        }

        return at;
    }

    /// <summary><c> ?[^\s\p{L}\p{N}]+</c></summary>
    public static int EndOfSymbols(ReadOnlySpan<char> text, int at)
    {
        var start = text[at] == ' ' ? at + 1 : at;
        var end = CharacterClasses.EndOfOthers(text, start, NotSymbol);
        return end > start ? end : at;
    }

    /// <summary>
    /// <c>\s*[\r\n]+|\s+(?!\S)|\s+</c>, where the first is known to be white space: to the last line break, else to
    /// before the last of the run (which belongs to what follows), else all.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the white space begins.</param>
    /// <param name="wholeAtEnd">Whether <c>\s+$</c> comes before all that: the text's last white space is one piece.</param>
    public static int EndOfSpace(ReadOnlySpan<char> text, int at, bool wholeAtEnd)
    {
        // White space is in the first plane only.
        var end = CharacterClasses.EndOf(text, at, CharacterClasses.Space);
        if (wholeAtEnd && end == text.Length)
        {
            return end;
        }

        var lineBreak = text[at..end].LastIndexOfAny('\r', '\n');
        return lineBreak >= 0 ? at + lineBreak + 1 : end == text.Length || end == at + 1 ? end : end - 1;
    }
}
