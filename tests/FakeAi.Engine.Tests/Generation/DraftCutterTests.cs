using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Tests.Generation;

public sealed class DraftCutterTests
{
    private static readonly Tokenizers s_tokenizers = new();

    [Fact]
    public void Cut_OfALongTextWithASmallLimit_SplitsNoMoreThanItMust()
    {
        var text = string.Concat(Enumerable.Repeat("one two, three! ", 200_000));
        Cut(text, 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var choice = Cut(text, 20);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000);
        Assert.Equal((FinishReason.Length, 20), (choice.Finish, choice.Tokens));
        Assert.StartsWith(choice.Parts[0].Text, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_AtEveryLimit_IsTheBeginningOfTheWhole()
    {
        const string Text = "Æ 🦉 owls: don't   fly—\n\n1234567 日本語のテキスト and antidisestablishmentarianism.";
        var whole = Cut(Text, 1_000);
        Assert.Equal((FinishReason.Stop, Text), (whole.Finish, whole.Text));
        for (var limit = 1; limit <= whole.Tokens; limit++)
        {
            var choice = Cut(Text, limit);
            Assert.Equal(limit == whole.Tokens ? FinishReason.Stop : FinishReason.Length, choice.Finish);
            Assert.InRange(choice.Tokens, limit - 3, limit);
            Assert.Equal(whole.Parts[0].Pieces.Take(choice.Steps), choice.Parts[0].Pieces);
        }
    }

    private static AnswerChoice Cut(string text, int limit)
    {
        Assert.True(ModelCatalogue.Default.TryGet("gpt-4o", out var model));
        var request = new GenerationRequest { Model = model, RequestedModel = "gpt-4o", Messages = [], MaxTokens = limit };
        return DraftCutter.Cut(AnswerDraft.Content(text), request, s_tokenizers.For(model));
    }
}
