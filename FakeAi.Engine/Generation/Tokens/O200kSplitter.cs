namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// <c>o200k_base</c>, with U = <c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c>, L = <c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c>, P =
/// <c>[^\r\n\p{L}\p{N}]</c> and C = <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c>:
/// <c>P?U*L+C?|P?U+L*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </summary>
internal readonly struct O200kSplitter : ISplitter
{
    public static int EndOfPiece(ReadOnlySpan<char> text, int at)
    {
        var flags = CharacterClasses.At(text, at, out var length);
        if ((flags & CharacterClasses.Number) != 0)
        {
            return SplitterParts.EndOfNumber(text, at);
        }

        if ((flags & CharacterClasses.NewLine) == 0 && EndOfWord(text, at, flags, length) is var word && word > at)
        {
            var contraction = SplitterParts.EndOfContraction(text, word);
            return contraction > word ? contraction : word;
        }

        if (SplitterParts.EndOfSymbols(text, at) is var symbols && symbols > at)
        {
            while (symbols < text.Length && text[symbols] is '\r' or '\n' or '/')
            {
                symbols++;
            }

            return symbols;
        }

        return SplitterParts.EndOfSpace(text, at, wholeAtEnd: false);
    }

    /// <summary>The end of <c>P?U*L+</c>, else of <c>P?U+L*</c>, else <paramref name="at"/>.</summary>
    private static int EndOfWord(ReadOnlySpan<char> text, int at, byte flags, int length)
    {
        // A mark is P as well as U and L: it is tried as P first, as the greedy expression does.
        var prefixed = 0;
        if ((flags & CharacterClasses.Letter) == 0)
        {
            if (EndOfLower(text, at + length, out prefixed) is var lower and > 0)
            {
                return lower;
            }

            prefixed = prefixed > at + length ? prefixed : 0;
        }

        var bare = 0;
        if ((flags & (CharacterClasses.Upper | CharacterClasses.Lower)) != 0)
        {
            if (EndOfLower(text, at, out bare) is var lower and > 0)
            {
                return lower;
            }
        }

        return prefixed > 0 ? prefixed : Math.Max(bare, at);
    }

    /// <summary>The end of <c>U*L+</c>; 0 where it does not match.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where it must begin.</param>
    /// <param name="upper">The end of <c>U*</c>, which is that of <c>U+L*</c> where <c>U*L+</c> does not match.</param>
    private static int EndOfLower(ReadOnlySpan<char> text, int at, out int upper)
    {
        // Where L+ finds nothing behind the longest U*, the expression gives back characters until one that is both.
        var lastOfBoth = 0;
        upper = at;
        while (upper < text.Length)
        {
            var flags = CharacterClasses.At(text, upper, out var length);
            if ((flags & CharacterClasses.Upper) == 0)
            {
                break;
            }

            upper += length;
            if ((flags & CharacterClasses.Lower) != 0)
            {
                lastOfBoth = upper;
            }
        }

        var end = CharacterClasses.EndOf(text, upper, CharacterClasses.Lower);
        return end > upper ? end : lastOfBoth;
    }
}
