using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>Makes the answer to a request: its text by the grammar, its tokens by the tokenizer, its end by the limits.</summary>
internal sealed class AnswerGenerator(Tokenizers tokenizers)
{
    /// <summary>Most words that a prompt can ask for.</summary>
    public const int MostWords = 20_000;

    /// <summary>Generates every choice.</summary>
    /// <param name="request">What to generate.</param>
    /// <param name="seed">The request's seed, see <see cref="GenerationRequest.SeedFor"/>.</param>
    public Answer Generate(GenerationRequest request, ulong seed)
    {
        var topic = Topic.Of(LastUserText(request.Messages));
        var choices = new AnswerChoice[request.Choices];
        for (var i = 0; i < choices.Length; i++)
        {
            var random = new SeededRandom(SeedHash.Derive(seed, (ulong)i));
            choices[i] = Limit(new Composition(random, topic, request.Sampling.Verbosity).Write(), request);
        }

        return new Answer(choices);
    }

    private static string LastUserText(IReadOnlyList<PromptMessage> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (messages[i].Role == "user")
            {
                return messages[i].Text;
            }
        }

        return messages[^1].Text;
    }

    private AnswerChoice Limit(string text, GenerationRequest request)
    {
        var end = text.Length;
        foreach (var stop in request.Stop)
        {
            var at = text.AsSpan(0, end).IndexOf(stop, StringComparison.Ordinal);
            end = at < 0 ? end : at;
        }

        text = text[..end];
        var pieces = new List<TextPiece>((text.Length / 5) + 8);
        tokenizers.For(request.Model).Tokenize(text, pieces);
        var left = request.MaxTokens;
        for (var i = 0; i < pieces.Count; i++)
        {
            // A character whose tokens do not all fit is left out whole.
            left -= pieces[i].Tokens;
            if (left < 0)
            {
                pieces.RemoveRange(i, pieces.Count - i);
                return new AnswerChoice(i == 0 ? "" : text[..pieces[^1].End], pieces, FinishReason.Length);
            }
        }

        return new AnswerChoice(text, pieces, FinishReason.Stop);
    }
}
