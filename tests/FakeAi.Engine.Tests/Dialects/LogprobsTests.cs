using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class LogprobsTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private static readonly ITokenizer s_tokenizer = new Tokenizers().For(ModelCatalogue.Default.Models.First(m => m.Id == "gpt-4o"));

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task Chat_EveryToken_HasItsBytesAndLikelierOnesFirst(int top)
    {
        var told = await Told.AskAsync(engine.Host, Told.Request("gpt-4o", "Explain 量子 and 👩‍👩‍👧 briefly", $$"""{"logprobs":true,"top_logprobs":{{top}},"n":2}"""));
        told.AssertSame();
        foreach (var choice in told.Whole["choices"]!.AsArray())
        {
            var tokens = choice!["logprobs"]!["content"]!.AsArray();
            Assert.Equal(choice["message"]!["content"]!.ToString(), Encoding.UTF8.GetString([.. tokens.SelectMany(t => t!["bytes"]!.AsArray().Select(b => b!.GetValue<byte>()))]));
            Assert.All(tokens, t => AssertToken(t!, top));
        }

        Assert.Equal(told.Usage["completion_tokens"]!.GetValue<int>(), told.Whole["choices"]!.AsArray().Sum(c => c!["logprobs"]!["content"]!.AsArray().Count));
    }

    [Fact]
    public async Task Chat_MoreAlternatives_LeaveTheOthersAsTheyWere()
    {
        var few = await Told.AskAsync(engine.Host, Told.Request("gpt-4o", "Explain tides", """{"logprobs":true,"top_logprobs":2}"""));
        var many = await Told.AskAsync(engine.Host, Told.Request("gpt-4o", "Explain tides", """{"logprobs":true,"top_logprobs":9}"""));
        foreach (var (one, other) in few.Choice["logprobs"]!["content"]!.AsArray().Zip(many.Choice["logprobs"]!["content"]!.AsArray()))
        {
            Assert.Equal(one!["top_logprobs"]!.AsArray().Select(t => t!.ToJsonString()), other!["top_logprobs"]!.AsArray().Take(2).Select(t => t!.ToJsonString()));
        }
    }

    [Theory]
    [InlineData("Waving 👋🏽 hands")]
    [InlineData("ᚠᛇᚻ and 𓂀")]
    public void Of_PiecesOfSeveralTokens_HaveTheTokensOwnBytes(string text)
    {
        var pieces = new List<TextPiece>();
        s_tokenizer.Tokenize(text, pieces);
        var ids = new List<int>();
        s_tokenizer.Encode(text, ids);
        var tokens = LogProbabilities.Of(new AnswerPart(PartKind.Content, text, pieces), 7, 3, s_tokenizer).SelectMany(t => t).ToArray();
        Assert.Equal(ids.Select(id => Convert.ToHexString(s_tokenizer.BytesOf(id))), tokens.Select(t => Convert.ToHexString(t.Bytes)));
        Assert.Contains(tokens, t => !t.IsText && t.Token.StartsWith("\\x", StringComparison.Ordinal));
    }

    private static void AssertToken(JsonNode token, int top)
    {
        var likely = token["top_logprobs"]!.AsArray();
        Assert.Equal(top, likely.Count);
        Assert.True(token["logprob"]!.GetValue<double>() <= 0);
        if (top > 0)
        {
            var values = likely.Select(l => l!["logprob"]!.GetValue<double>()).ToArray();
            Assert.Equal((token["token"]!.ToString(), token["logprob"]!.ToString()), (likely[0]!["token"]!.ToString(), likely[0]!["logprob"]!.ToString()));
            Assert.Equal(values.OrderDescending(), values);
            Assert.Equal(top, likely.Select(l => l!["token"]!.ToString()).Distinct(StringComparer.Ordinal).Count());
            Assert.InRange(values.Sum(Math.Exp), 0, 1.0000001);
        }
    }
}
