using System.Buffers;
using System.Globalization;
using System.Text;

namespace FakeAi.Engine.Generation;

/// <summary>
/// A simple tokenizer without a vocabulary: a word takes its leading space with it, long words fall into pieces,
/// numbers into groups of three digits, scripts without spaces into single characters. English text gives about as
/// many tokens as the vendors' tokenizers do.
/// </summary>
internal sealed class WordPieceTokenizer : ITokenizer
{
    private const int LongestWhole = 9;
    private const int Piece = 5;

    public int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (!text.IsEmpty)
        {
            text = text[NextLength(text)..];
            count++;
        }

        return count;
    }

    public void Tokenize(ReadOnlySpan<char> text, List<TextPiece> pieces)
    {
        var at = 0;
        while (at < text.Length)
        {
            at += NextLength(text[at..]);
            pieces.Add(new TextPiece(at, 1));
        }
    }

    /// <summary>Length of the first token. Depends on the text that follows only, so any token boundary is a valid start.</summary>
    private static int NextLength(ReadOnlySpan<char> text)
    {
        var start = text[0] == ' ' && text.Length > 1 && !char.IsWhiteSpace(text[1]) ? 1 : 0;
        var kind = KindAt(text[start..], out var length);
        switch (kind)
        {
            case Kind.Letter:
                return start + Word(text[start..]);
            case Kind.Digit:
                return start + Run(text[start..], Kind.Digit, 3);
            case Kind.Space:
                return Run(text, Kind.Space, 16);
            case Kind.NewLine:
                return Run(text, Kind.NewLine, 4);
            case Kind.Mark:
                return start + Run(text[start..], Kind.Mark, 4);
            default:
                return start + WithMarks(text[start..], length);
        }
    }

    private static int Word(ReadOnlySpan<char> text)
    {
        // One letter more than the longest whole word is enough to know, and keeps endless words linear.
        var whole = Run(text, Kind.Letter, LongestWhole + 1);
        if (whole <= LongestWhole)
        {
            return whole;
        }

        var piece = Piece;
        return char.IsHighSurrogate(text[piece - 1]) ? piece + 1 : piece;
    }

    private static int Run(ReadOnlySpan<char> text, Kind kind, int most)
    {
        var at = 0;
        while (at < text.Length && at < most && KindAt(text[at..], out var length) == kind)
        {
            at += length;
        }

        return at;
    }

    /// <summary>An ideograph or symbol with the joiners, selectors and combining marks that belong to it.</summary>
    private static int WithMarks(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && at < 16 && Rune.DecodeFromUtf16(text[at..], out var rune, out var length) == OperationStatus.Done
            && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.ModifierSymbol)
        {
            at += length;
        }

        return at;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, out int length)
    {
        var c = text[0];
        length = 1;
        if (char.IsAscii(c))
        {
            return char.IsAsciiLetter(c) ? Kind.Letter
                : char.IsAsciiDigit(c) ? Kind.Digit
                : c is '\n' or '\r' ? Kind.NewLine
                : c is ' ' or '\t' ? Kind.Space
                : Kind.Mark;
        }

        if (Rune.DecodeFromUtf16(text, out var rune, out var used) != OperationStatus.Done)
        {
            return Kind.Single;
        }

        length = used;
        return Rune.IsLetter(rune) && !IsWithoutSpaces(rune.Value) ? Kind.Letter
            : Rune.IsDigit(rune) ? Kind.Single
            : Rune.IsWhiteSpace(rune) ? Kind.Space
            : Kind.Single;
    }

    /// <summary>Thai to Khmer, kana, Han, Hangul: written without spaces between words, or too dense for word tokens.</summary>
    private static bool IsWithoutSpaces(int rune) =>
        rune is (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF)
            or (>= 0x3040 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7AF) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFF66 and <= 0xFF9F) or (>= 0x20000 and <= 0x3FFFF);

    private enum Kind
    {
        Letter,
        Digit,
        Space,
        NewLine,
        Mark,
        Single,
    }
}
