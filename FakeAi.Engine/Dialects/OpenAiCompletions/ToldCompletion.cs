using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>An answer with all that telling it takes.</summary>
/// <param name="Request">The request.</param>
/// <param name="Head">What every chunk repeats.</param>
/// <param name="Answer">All that was generated.</param>
/// <param name="CachedTokens">Tokens of the prompts that the cache held.</param>
/// <param name="Choices">The choices that are told, in the order of their indices.</param>
/// <param name="Tokenizer">The model's tokenizer.</param>
internal sealed record ToldCompletion(
    CompletionRequest Request, AnswerHead Head, Answer Answer, int CachedTokens, IReadOnlyList<ToldChoice> Choices, ITokenizer Tokenizer)
{
    private const ulong Purpose = 0x70FE;

    /// <summary>Picks, for each prompt, the likeliest of its choices: those with the highest mean log probability.</summary>
    public static ToldCompletion Of(
        CompletionRequest request, AnswerHead head, Answer answer, int cachedTokens, ulong seed, ITokenizer tokenizer)
    {
        var generated = request.Generation.Choices;
        var told = new List<ToldChoice>(request.Prompts.Count * request.Returned);
        for (var p = 0; p < request.Prompts.Count; p++)
        {
            var prompt = request.Prompts[p];
            var pieces = new List<TextPiece>();
            if (request.Echo && request.Logprobs is not null)
            {
                tokenizer.Tokenize(prompt, pieces);
            }

            var promptPart = new AnswerPart(PartKind.Content, prompt, pieces);
            var choices = Enumerable.Range(p * generated, generated)
                .Select(i => new ToldChoice(answer.Choices[i], promptPart, SeedHash.Derive(SeedHash.Derive(seed, Purpose), (ulong)i)));
            told.AddRange(generated == request.Returned ? choices : choices.OrderByDescending(c => MeanLogProbability(c, tokenizer)).Take(request.Returned));
        }

        return new ToldCompletion(request, head, answer, cachedTokens, told, tokenizer);
    }

    private static double MeanLogProbability(ToldChoice choice, ITokenizer tokenizer)
    {
        var (sum, count) = (0.0, 0);
        foreach (var token in LogProbabilities.Of(choice.Content, choice.Seed, 0, tokenizer).SelectMany(static t => t))
        {
            sum += token.LogProbability;
            count++;
        }

        return count == 0 ? 0 : sum / count;
    }
}

/// <summary>One choice that is told.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Prompt">Its prompt; split into pieces only where their probabilities are told.</param>
/// <param name="Seed">The seed of its probabilities.</param>
internal sealed record ToldChoice(AnswerChoice Choice, AnswerPart Prompt, ulong Seed)
{
    /// <summary>The generated text.</summary>
    public AnswerPart Content { get; } = Choice.Parts.FirstOrDefault(static p => p.Kind == PartKind.Content) ?? new AnswerPart(PartKind.Content, "", []);
}
