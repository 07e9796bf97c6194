using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tokens;

namespace FakeAi.Engine.Tests.Generation.Tokens;

public sealed class BytePairTokenizerTests
{
    private static readonly BytePairTokenizer<Cl100kSplitter> s_cl100k = new(RankTables.Cl100k, new TokenCountCache());
    private static readonly BytePairTokenizer<O200kSplitter> s_o200k = new(RankTables.O200k, new TokenCountCache());

    [Fact]
    public async Task Encode_TwoThousandTexts_EqualsTheNpmTokenizer()
    {
        var texts = TokenTexts.Make(2_000, seed: 42).ToList();

        var expected = await NodeTokenizer.EncodeAsync(texts, TestContext.Current.CancellationToken);

        Assert.Equal(texts.Count, expected.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            Same(texts[i], expected[i]);
        }
    }

    /// <summary>Texts of what the encodings' rules tell apart; the ids are tiktoken's own, see <c>tests/sdk-node/token-fixture.mjs</c>.</summary>
    [Fact]
    public void Encode_EdgesOfTheRules_EqualsTiktoken()
    {
        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "tiktoken.json");
        var cases = JsonSerializer.Deserialize<FixtureCase[]>(File.ReadAllBytes(file), JsonSerializerOptions.Web)!;

        Assert.Equal(240, cases.Length);
        Assert.All(cases, c => Same(new string(MemoryMarshal.Cast<byte, char>(c.Utf16)), new TokenIds(c.Cl100k, c.O200k)));
    }

    [Fact]
    public void Tokenize_AnyText_GivesWholeCharactersThatAreTheTextAgain()
    {
        foreach (var text in TokenTexts.Make(1_000, seed: 7))
        {
            Whole(s_cl100k, text);
            Whole(s_o200k, text);
        }
    }

    [Theory]
    [InlineData(100_000, "a")]
    [InlineData(100_000, "中")]
    [InlineData(100_000, " ")]
    [InlineData(50_000, "😀")]
    [InlineData(100_000, "Ab")]
    public async Task Encode_EndlessRun_EndsAndIsTheTextAgain(int count, string unit)
    {
        // A quadratic merge would take minutes here.
        var cancellation = TestContext.Current.CancellationToken;
        var text = new StringBuilder().Insert(0, unit, count).ToString();
        var work = Task.Run(
            () =>
            {
                Whole(s_cl100k, text);
                Whole(s_o200k, text);
            },
            cancellation);

        await work.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
    }

    [Fact]
    public void Encode_RunOfALongPiece_HasTheSameTokensByHeapAndBySearch()
    {
        // Both sides of the boundary between the two ways to merge, by the same unit: the longer has the shorter's tokens and more.
        foreach (var unit in new[] { "xq", "中语", "éü" })
        {
            var bytes = Encoding.UTF8.GetByteCount(unit);
            var shorter = new StringBuilder().Insert(0, unit, PairMerger.MostSearched / bytes).ToString();
            var (a, b) = (Ids(s_o200k, shorter), Ids(s_o200k, shorter + unit + unit));

            Assert.Equal(a[..^4], b[..(a.Length - 4)]);
        }
    }

    [Fact]
    public void Count_AllocatesNothing()
    {
        var text = string.Concat(TokenTexts.Make(50, seed: 3).Where(t => t.Length < 500));
        s_o200k.CountAfresh(text);
        s_o200k.Count(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            s_o200k.CountAfresh(text);
            s_o200k.Count(text);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Load_WrongHash_Refuses() =>
        Assert.Throws<InvalidDataException>(() => RankTables.Load("cl100k_base", new string('0', 64)));

    [Fact]
    public void CharacterClasses_OfEveryCodePoint_AreThoseOfUnicode16()
    {
        // Another Unicode version would change counts: this tells it before a user does.
        var seen = new int[64];
        Span<char> text = stackalloc char[2];
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (Rune.TryCreate(codePoint, out var rune))
            {
                seen[CharacterClasses.At(text[..rune.EncodeToUtf16(text)], 0, out _)]++;
            }
        }

        Assert.Equal("letters 141028, numbers 1911, marks 2501, white space 25", $"letters {seen[3] + seen[5] + seen[7]}, numbers {seen[8]}, marks {seen[6]}, white space {seen[16] + seen[48]}");
    }

    [Fact]
    public void Tokenize_WithEnough_GivesTheBeginningOfTheWholeAndMoreThanEnough()
    {
        foreach (var text in TokenTexts.Make(300, seed: 7))
        {
            foreach (var tokenizer in (ITokenizer[])[s_cl100k, s_o200k])
            {
                var whole = new List<TextPiece>();
                tokenizer.Tokenize(text, whole);
                foreach (var enough in (int[])[-1, 0, 1, 5, 40])
                {
                    var begun = new List<TextPiece>();
                    tokenizer.Tokenize(text, begun, enough);
                    Assert.Equal(whole.Take(begun.Count), begun);
                    Assert.True(begun.Count == whole.Count || begun.Sum(p => p.Tokens) > enough);
                }
            }
        }
    }

    private static void Same(string text, TokenIds expected)
    {
        Assert.Equal(expected.Cl100k, Ids(s_cl100k, text));
        Assert.Equal(expected.O200k, Ids(s_o200k, text));
        Assert.Equal(expected.Cl100k.Length, s_cl100k.CountAfresh(text));
        Assert.Equal(expected.O200k.Length, s_o200k.CountAfresh(text));
    }

    private static void Whole(ITokenizer tokenizer, string text)
    {
        var pieces = new List<TextPiece>();
        tokenizer.Tokenize(text, pieces);
        var ids = Ids(tokenizer, text);
        var at = 0;
        foreach (var piece in pieces)
        {
            Assert.True(piece.End > at && piece.Tokens > 0);
            Assert.False(piece.End < text.Length && char.IsLowSurrogate(text[piece.End]) && char.IsHighSurrogate(text[piece.End - 1]));
            at = piece.End;
        }

        Assert.Equal(text.Length, at);
        Assert.Equal(tokenizer.Count(text), pieces.Sum(p => p.Tokens));
        Assert.Equal(tokenizer.Count(text), ids.Length);

        // Each piece's tokens spell its characters.
        var (start, token) = (0, 0);
        foreach (var piece in pieces)
        {
            var bytes = new List<byte>();
            for (var i = 0; i < piece.Tokens; i++)
            {
                bytes.AddRange(tokenizer.BytesOf(ids[token++]));
            }

            Assert.Equal(Encoding.UTF8.GetBytes(text[start..piece.End]), bytes.ToArray());
            start = piece.End;
        }
    }

    private static int[] Ids(ITokenizer tokenizer, string text)
    {
        var ids = new List<int>();
        tokenizer.Encode(text, ids);
        return [.. ids];
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private sealed record FixtureCase(byte[] Utf16, int[] Cl100k, int[] O200k);
}
