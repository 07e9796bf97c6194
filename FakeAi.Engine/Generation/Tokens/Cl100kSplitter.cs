namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// <c>cl100k_base</c>:
/// <c>'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s</c>
/// </summary>
internal readonly struct Cl100kSplitter : ISplitter
{
    public static int EndOfPiece(ReadOnlySpan<char> text, int at)
    {
        if (text[at] == '\'' && SplitterParts.EndOfContraction(text, at) is var contraction && contraction > at)
        {
            return contraction;
        }

        var flags = CharacterClasses.At(text, at, out var length);
        if ((flags & CharacterClasses.Letter) != 0)
        {
            return CharacterClasses.EndOf(text, at + length, CharacterClasses.Letter);
        }

        if ((flags & CharacterClasses.Number) != 0)
        {
            return SplitterParts.EndOfNumber(text, at);
        }

        if ((flags & CharacterClasses.NewLine) == 0)
        {
            // Any other character is the beginning of a word that follows it.
            var word = CharacterClasses.EndOf(text, at + length, CharacterClasses.Letter);
            if (word > at + length)
            {
                return word;
            }
        }

        if (SplitterParts.EndOfSymbols(text, at) is var symbols && symbols > at)
        {
            while (symbols < text.Length && text[symbols] is '\r' or '\n')
            {
                symbols++;
            }

            return symbols;
        }

        return SplitterParts.EndOfSpace(text, at, wholeAtEnd: true);
    }
}
