using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.Generation;

public sealed class AnswerGeneratorTests
{
    private readonly AnswerGenerator _generator = new(new Tokenizers());

    [Fact]
    public void Generate_SameSeed_SameTextAndOtherSeedsOtherTexts()
    {
        var texts = Enumerable.Range(0, 40).Select(seed => Text("Explain how tides work", seed)).ToArray();
        Assert.Equal(texts, Enumerable.Range(0, 40).Select(seed => Text("Explain how tides work", seed)));
        Assert.Equal(40, texts.Distinct(StringComparer.Ordinal).Count());
        Assert.All(texts, t => Assert.Contains("tides", t, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Generate_ProsePrompts_HaveNaturalLengthAndWholeSentences()
    {
        foreach (var seed in Enumerable.Range(0, 200))
        {
            var answer = Generate("What should I know about beekeeping in cold climates?", seed);
            Assert.InRange(answer.OutputTokens, 40, 260);
            Assert.Equal(FinishReason.Stop, answer.Choices[0].Finish);
            var text = answer.Choices[0].Text;
            Assert.True(text[^1] is '.' or '!' or '?', text);
            Assert.Equal(text.Trim(), text);
            Assert.DoesNotContain("  ", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"[\[\]{}|=<>]", text);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(500)]
    [InlineData(5000)]
    public void Generate_PromptAsksForWords_GivesAboutAsMany(int words)
    {
        var text = Text($"Write {words} words about glaciers", 1);
        Assert.InRange(text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length, words - 20, words + 30);
    }

    [Theory]
    [InlineData("hello", 1, 40)]
    [InlineData("Thanks a lot!", 1, 40)]
    public void Generate_Greeting_IsShort(string prompt, int least, int most) =>
        Assert.All(Enumerable.Range(0, 20), seed => Assert.InRange(Generate(prompt, seed).OutputTokens, least, most));

    [Fact]
    public void Generate_ListOrCode_HasTheShapeAskedFor()
    {
        Assert.All(Enumerable.Range(0, 20), seed => Assert.Matches(@"\n(1\. |- )\*\*", Text("Give me a list of steps to plant a tree", seed)));
        Assert.All(Enumerable.Range(0, 20), seed => Assert.Matches("```python\ndef [a-z0-9_]+\\(items\\):\n", Text("Write a function to filter prices", seed)));
        Assert.Contains("```csharp\n", Text("Write a C# function that sorts orders", 3), StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_MaxTokens_GivesTheBeginningOfTheWholeAnswer()
    {
        var whole = Generate("Tell me about volcanoes", 5).Choices[0];
        for (var limit = 1; limit <= whole.Tokens + 1; limit++)
        {
            var cut = Generate("Tell me about volcanoes", 5, r => r with { MaxTokens = limit }).Choices[0];
            Assert.Equal(Math.Min(limit, whole.Tokens), cut.Tokens);
            Assert.Equal(limit < whole.Tokens ? FinishReason.Length : FinishReason.Stop, cut.Finish);
            Assert.StartsWith(cut.Text, whole.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Generate_Stop_EndsBeforeTheFirstStopText()
    {
        var whole = Text("Tell me about volcanoes", 5);
        foreach (var stop in (string[])[".", " the", "\n\n", whole[..3], whole[^4..], whole[20..30]])
        {
            var cut = Generate("Tell me about volcanoes", 5, r => r with { Stop = ["\u0001", stop] }).Choices[0];
            Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
            Assert.Equal(FinishReason.Stop, cut.Finish);
        }

        var both = Generate("Tell me about volcanoes", 5, r => r with { Stop = ["."], MaxTokens = 3 }).Choices[0];
        Assert.Equal((3, FinishReason.Length), (both.Tokens, both.Finish));
    }

    [Fact]
    public void Generate_SeveralChoices_DifferAndTheFirstIsThatOfOne()
    {
        var answer = Generate("Tell me about volcanoes", 5, r => r with { Choices = 8 });
        Assert.Equal(8, answer.Choices.Select(c => c.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Text("Tell me about volcanoes", 5), answer.Choices[0].Text);
        Assert.Equal(answer.OutputTokens, Enumerable.Range(0, answer.Steps).Sum(answer.TokensIn));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?!…")]
    [InlineData("为什么天空是蓝色的？")]
    [InlineData("🚀🌍")]
    [InlineData("\ud83d lone")]
    [InlineData("{T} [a|b] {= /x}")]
    public void Generate_OddPrompts_StillAnswer(string prompt) =>
        Assert.All(Enumerable.Range(0, 20), seed => Assert.True(Generate(prompt, seed).OutputTokens > 5));

    [Fact]
    public void Phrasebook_EveryPattern_ExpandsToACleanSentence()
    {
        var topic = Topic.Of("the history of bread, sourdough loaves and bakeries");
        string[][] lists =
        [
            Phrasebook.Greetings, Phrasebook.Thanks, Phrasebook.Openings, Phrasebook.Bodies, Phrasebook.Closings,
            Phrasebook.ListIntros, Phrasebook.ListItems, Phrasebook.Comparisons,
        ];
        foreach (var list in lists)
        {
            var sentences = new Sentences(new SeededRandom(7), topic);
            for (var i = 0; i < list.Length * 30; i++)
            {
                var sentence = sentences.Next(list);
                Assert.Matches(@"^(\*\*)?[A-Z].*[.!?:]$", sentence);
                Assert.DoesNotMatch(@"[\[\]{}|=/]|  | [.,!?]", sentence);
            }
        }
    }

    [Theory]
    [InlineData("Explain how tides work", "tides", Intent.Prose)]
    [InlineData("What is the history of bread?", "history of bread", Intent.Prose)]
    [InlineData("Give me steps to plant a tree", "plant a tree", Intent.List)]
    [InlineData("Compare coffee vs tea", "coffee", Intent.Comparison)]
    [InlineData("write a function that reverses strings", "reverses strings", Intent.Code)]
    [InlineData("hello!", "this question", Intent.Greeting)]
    public void Topic_OfAPrompt_IsItsPhraseAndIntent(string prompt, string main, object intent)
    {
        var topic = Topic.Of(prompt);
        Assert.Equal((main, intent), (topic.Main, topic.Intent));
    }

    [Fact]
    public void SeedFor_OnlyWhatChangesTheAnswerEnters()
    {
        var request = Request("hi", 1);
        var seed = request.SeedFor(42);
        Assert.Equal(seed, (request with { MaxTokens = 3, Stop = ["x"], Choices = 4, RequestedModel = "alias", PromptTokens = 99 }).SeedFor(42));
        GenerationRequest[] others =
        [
            request with { Seed = 2 }, request with { Tools = new ToolOffer([], "[]", ToolMode.None, Parallel: true) }, Request("hi ", 1),
            request with { Sampling = new Sampling { Temperature = 0.5 } }, request with { Sampling = new Sampling { TopP = 0.5 } }, request with { Format = new JsonFormat() }, request with { Prediction = "p" },
            request with { Sampling = new Sampling { Verbosity = "low" } }, request with { Messages = [new PromptMessage("system", null, "hi")] },
            request with { Messages = [new PromptMessage("user", "bob", "hi")] }, request with { Messages = [new PromptMessage("user", null, "hi", "image")] },
        ];
        Assert.Equal(others.Length + 2, others.Select(o => o.SeedFor(42)).Append(seed).Append(request.SeedFor(43)).Distinct().Count());
    }

    private string Text(string prompt, int seed) => Generate(prompt, seed).Choices[0].Text;

    private Answer Generate(string prompt, int seed, Func<GenerationRequest, GenerationRequest>? with = null)
    {
        var request = Request(prompt, seed);
        return _generator.Generate(with?.Invoke(request) ?? request, request.SeedFor(42));
    }

    private static GenerationRequest Request(string prompt, int seed) => new()
    {
        Model = ModelCatalogue.Default.TryGet("gpt-4o-mini", out var model) ? model : throw new InvalidOperationException(),
        RequestedModel = "gpt-4o-mini",
        Messages = [new PromptMessage("user", null, prompt)],
        MaxTokens = 100_000,
        Seed = seed,
    };
}
