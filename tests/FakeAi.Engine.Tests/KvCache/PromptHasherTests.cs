using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.KvCache;

public sealed class PromptHasherTests
{
    private readonly ITokenizer _tokenizer = new Tokenizers().For(ModelCatalogue.Default.Models[0]);

    [Fact]
    public void Hash_TwoPrompts_ShareBlocksExactlyAsFarAsTheyShareTokens()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var random = new SeededRandom(seed);
            string[] words = [.. Enumerable.Range(0, 400).Select(_ => random.NextText("abcdefgh", 2))];
            var differs = random.Next(400);
            var changed = (string[])words.Clone();
            changed[differs] = "zz";

            var one = Hash(string.Join(' ', words)).Hashes.ToArray();
            var other = Hash(string.Join(' ', changed)).Hashes.ToArray();

            // Four tokens of marks and role, then the words; the token that differs spoils its block and all after it.
            var before = 4 + _tokenizer.Count(string.Join(' ', words[..differs]));
            var shared = one.Zip(other).TakeWhile(p => p.First == p.Second).Count();
            Assert.InRange(shared, (before - 2) / 16, (before + 1) / 16);
            Assert.DoesNotContain(one.Zip(other).Skip(shared), p => p.First == p.Second);
        }
    }

    [Fact]
    public void Hash_LongerPrompts_TakeStepsInProportion()
    {
        var text = string.Join(' ', Enumerable.Range(0, 4_000).Select(i => "word" + (i % 10)));
        var small = Hash(text).HashSteps;
        var large = Hash(text + " " + text + " " + text + " " + text).HashSteps;
        Assert.InRange(large, 3.9 * small, 4.1 * small);
    }

    [Fact]
    public void Hash_WhatMakesAPromptAnother_ChangesItsFirstBlock()
    {
        var text = string.Join(' ', Enumerable.Repeat("salt", 100));
        ulong[] firsts =
        [
            First(Request([new PromptMessage("user", null, text)])),
            First(Request([new PromptMessage("system", null, text)])),
            First(Request([new PromptMessage("user", "ann", text)])),
            First(Request([new PromptMessage("user", null, text, "image")])),
            First(Request([new PromptMessage("user", null, text, "image", 85)])),
            First(Request([new PromptMessage("user", null, text)]) with { Tools = new ToolOffer([new ToolDefinition("f", null, null)], """[{"name":"f"}]""", ToolMode.Auto, true) }),
            First(Request([new PromptMessage("user", null, text)]) with { Model = ModelCatalogue.Default.Models[1] }),
        ];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        Assert.Equal(firsts[0], First(Request([new PromptMessage("user", null, text)]) with { Seed = 9, MaxTokens = 3, Sampling = new Sampling { Temperature = 0.1 } }));

        Assert.Equal(firsts[0], First(Request([new PromptMessage("user", null, string.Concat(text.AsSpan(0, 5), text.AsSpan(5)))])));
    }

    [Theory]
    [InlineData(16, 16, 0)]
    [InlineData(17, 16, 1)]
    [InlineData(64, 64, 0)]
    [InlineData(65, 64, 1)]
    [InlineData(129, 32, 4)]
    [InlineData(128, 32, 3)]
    public void Hash_LastTokenOfThePrompt_IsNeverAHit(int promptTokens, int blockTokens, int most)
    {
        var request = Request([new PromptMessage("user", null, string.Join(' ', Enumerable.Repeat("a", 500)))]) with { PromptTokens = promptTokens };
        var blocks = PromptHasher.Hash(request, _tokenizer, blockTokens, 1_000);
        Assert.Equal((promptTokens / blockTokens, most), (blocks.Hashes.Length, blocks.MostHits));
    }

    [Fact]
    public void Hash_MoreBlocksThanACacheHolds_StopsThere()
    {
        var blocks = PromptHasher.Hash(Request([new PromptMessage("user", null, string.Join(' ', Enumerable.Repeat("a", 5_000)))]), _tokenizer, 16, 10);
        Assert.Equal(10, blocks.Hashes.Length);
    }

    private static ulong First(GenerationRequest request) =>
        PromptHasher.Hash(request, new Tokenizers().For(request.Model), 16, 100).Hashes.Span[0];

    private PromptBlocks Hash(string text) => PromptHasher.Hash(Request([new PromptMessage("user", null, text)]), _tokenizer, 16, 10_000);

    private GenerationRequest Request(PromptMessage[] messages) => new()
    {
        Model = ModelCatalogue.Default.Models[0],
        RequestedModel = "m",
        Messages = messages,
        MaxTokens = 100,
        PromptTokens = 3 + messages.Sum(m => 4 + _tokenizer.Count(m.Text) + m.AttachmentTokens),
    };
}
