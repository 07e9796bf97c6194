using FakeAi.Engine.Embeddings;

namespace FakeAi.Engine.Tests.Embeddings;

public sealed class TextEmbedderTests
{
    private const string Model = "text-embedding-3-small";

    [Theory]
    [InlineData("The cat sat on the mat.", "A cat is sitting on the mat.", "Quarterly revenue exceeded all expectations.")]
    [InlineData("How do I reset my password?", "I forgot my password, how can I reset it?", "What is the tallest mountain in Europe?")]
    [InlineData("Der Hund läuft im Park.", "Ein Hund lief durch den Park.", "Die Aktie fiel um drei Prozent.")]
    [InlineData("国際宇宙ステーションの実験", "国際宇宙ステーションについて", "今日の夕食はカレーです")]
    [InlineData("public static void Main(string[] args)", "static void Main(string[] arguments)", "SELECT name FROM users WHERE id = 3")]
    public void Similarity_OfTextsThatShareWords_IsHigherThanOfOthers(string text, string alike, string other)
    {
        foreach (var dimensions in (int[])[1536, 512])
        {
            var near = TextEmbedder.Similarity(Embed(text, dimensions), Embed(alike, dimensions));
            var far = TextEmbedder.Similarity(Embed(text, dimensions), Embed(other, dimensions));
            Assert.True(near > far + 0.1, $"{dimensions} dimensions: {near} and {far}");
            Assert.InRange(near, 0.2, 0.99);
        }
    }

    [Theory]
    [InlineData("One text.", 1536)]
    [InlineData("One text.", 1)]
    [InlineData("a", 3)]
    [InlineData("", 8)]
    [InlineData("?!", 1536)]
    [InlineData("🙂", 16)]
    public void Embed_AnyText_HasLengthOneAndTheDimensionsAskedFor(string text, int dimensions)
    {
        var vector = Embed(text, dimensions);
        Assert.Equal(dimensions, vector.Length);
        Assert.Equal(1, vector.Sum(static v => (double)v * v), 5);
        Assert.Equal(vector, Embed(text, dimensions));
    }

    [Fact]
    public void Embed_Shorter_IsTheBeginningOfTheFullVector()
    {
        var full = Embed("Shortened vectors keep their direction.", 1536)[..256];
        var length = Math.Sqrt(full.Sum(static v => (double)v * v));
        Assert.All(Embed("Shortened vectors keep their direction.", 256).Zip(full), pair => Assert.Equal(pair.Second / length, pair.First, 5));
    }

    [Fact]
    public void Embed_CaseAndMarks_DoNotMatterAndModelsDo()
    {
        Assert.Equal(Embed("Hello, World!", 1536), Embed("hello world", 1536));
        Assert.NotEqual(Embed("hello world", 1536), Embed("world hello", 1536));
        var other = TextEmbedder.Embed("hello world", "text-embedding-ada-002", 1536, 1536);
        Assert.InRange(TextEmbedder.Similarity(Embed("hello world", 1536), other), -0.2, 0.2);
    }

    [Fact]
    public void Embed_KnownText_GivesTheSameVectorOnEveryMachine()
    {
        var vector = Embed("The quick brown fox jumps over the lazy dog.", 8);
        Assert.Equal("be830df1 3e830df1 bf3855e5 3e5a6c92 3eda6c92 bd2ebd42 3eac16e0 3db956c9", string.Join(' ', vector.Select(static v => BitConverter.SingleToInt32Bits(v).ToString("x8", null))));
    }

    private static float[] Embed(string text, int dimensions) => TextEmbedder.Embed(text, Model, 1536, dimensions);
}
