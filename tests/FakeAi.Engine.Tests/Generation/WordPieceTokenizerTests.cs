using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Tests.Generation;

public sealed class WordPieceTokenizerTests
{
    private readonly WordPieceTokenizer _tokenizer = new();

    [Theory]
    [InlineData("Hello, world!", new[] { "Hello", ",", " world", "!" })]
    [InlineData("an extraordinary day", new[] { "an", " extra", "ordinary", " day" })]
    [InlineData("in 12345 days\n\nit is", new[] { "in", " 123", "45", " days", "\n\n", "it", " is" })]
    [InlineData("日本語です", new[] { "日", "本", "語", "で", "す" })]
    [InlineData("ok 👍🏽 done", new[] { "ok", " 👍🏽", " done" })]
    [InlineData("  x", new[] { "  ", "x" })]
    public void Tokenize_Text_GivesPieces(string text, string[] expected) => Assert.Equal(expected, Pieces(text));

    [Fact]
    public void Tokenize_AnyText_IsWholeAgainAndNeverSplitsASurrogatePair()
    {
        string[] texts = ["", " ", "é́é naïve Übergrößenträger", "👩‍👩‍👧‍👦🇫🇷 family", "𝒜𝓃 𝑒𝓍𝓉𝓇𝒶𝑜𝓇𝒹𝒾𝓃𝒶𝓇𝓎", "สวัสดีครับ", "한국어 문장", "a\tb\r\nc", "x\ud800y", new('a', 10_001)];
        foreach (var text in texts)
        {
            var pieces = Pieces(text);
            Assert.Equal(text, string.Concat(pieces));
            Assert.Equal(pieces.Length, _tokenizer.Count(text));
            Assert.All(pieces, p => Assert.False(p.Length > 0 && char.IsHighSurrogate(p[^1]) && text != "x\ud800y"));
        }
    }

    private string[] Pieces(string text)
    {
        var ends = new List<TextPiece>();
        _tokenizer.Tokenize(text, ends);
        return [.. ends.Select((piece, i) => text[(i == 0 ? 0 : ends[i - 1].End)..piece.End])];
    }
}
