using System.Globalization;
using System.Text;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// What the encodings' splitting rules ask about a character, for every code point. From the runtime's own Unicode
/// tables, which are part of .NET and the same on every machine; white space is Unicode's <c>White_Space</c> property,
/// as in the regular expressions of Rust (so U+0085 is, U+180E, U+200B and U+FEFF are not).
/// </summary>
internal static class CharacterClasses
{
    /// <summary><c>\p{L}</c></summary>
    public const byte Letter = 1;

    /// <summary><c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c>: what a word of <c>o200k_base</c> may begin with.</summary>
    public const byte Upper = 2;

    /// <summary><c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c>: what a word of <c>o200k_base</c> may go on with.</summary>
    public const byte Lower = 4;

    /// <summary><c>\p{N}</c></summary>
    public const byte Number = 8;

    /// <summary><c>\s</c></summary>
    public const byte Space = 16;

    /// <summary><c>[\r\n]</c>, which are <see cref="Space"/> too.</summary>
    public const byte NewLine = 32;

    private const int FirstBeyond = 0x10000;
    private const int PageBits = 10;

    private static readonly byte[] s_basic = new byte[0x10000];

    // The planes beyond the first, in pages that are made when a text first needs them.
    private static readonly byte[]?[] s_pages = new byte[]?[(0x110000 - FirstBeyond) >> PageBits];

    static CharacterClasses()
    {
        for (var c = 0; c < s_basic.Length; c++)
        {
            s_basic[c] = Of(c);
        }
    }

    /// <summary>The flags of the code point at <paramref name="at"/>. A lone surrogate has none, like the U+FFFD that it is encoded as.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the code point begins.</param>
    /// <param name="length">Its length: 1 or 2 UTF-16 units.</param>
    public static byte At(ReadOnlySpan<char> text, int at, out int length)
    {
        var c = text[at];
        if (char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            length = 2;
            var beyond = char.ConvertToUtf32(c, text[at + 1]) - FirstBeyond;
            return Page(beyond >> PageBits)[beyond & ((1 << PageBits) - 1)];
        }

        length = 1;
        return s_basic[c];
    }

    /// <summary>Where the run of code points that have any of <paramref name="flags"/> ends.</summary>
    public static int EndOf(ReadOnlySpan<char> text, int at, byte flags)
    {
        while (at < text.Length && (At(text, at, out var length) & flags) != 0)
        {
            at += length;
        }

        return at;
    }

    /// <summary>Where the run of code points that have none of <paramref name="flags"/> ends.</summary>
    public static int EndOfOthers(ReadOnlySpan<char> text, int at, byte flags)
    {
        while (at < text.Length && (At(text, at, out var length) & flags) == 0)
        {
            at += length;
        }

        return at;
    }

    private static byte[] Page(int number)
    {
        // Two threads may make the same page; either is right.
        if (Volatile.Read(ref s_pages[number]) is { } made)
        {
            return made;
        }

        var page = new byte[1 << PageBits];
        for (var i = 0; i < page.Length; i++)
        {
            page[i] = Of(FirstBeyond + (number << PageBits) + i);
        }

        Volatile.Write(ref s_pages[number], page);
        return page;
    }

    private static byte Of(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.LowercaseLetter => Letter | Lower,
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Letter | Upper,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter | Upper | Lower,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Upper | Lower,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
        _ when codePoint is '\r' or '\n' => Space | NewLine,
        _ => Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint)) ? Space : (byte)0,
    };
}
