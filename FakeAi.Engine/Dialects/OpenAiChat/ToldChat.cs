using FakeAi.Engine.Generation;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>An answer with all that telling it takes.</summary>
/// <param name="Request">The request.</param>
/// <param name="Head">What every chunk repeats.</param>
/// <param name="Answer">The answer.</param>
/// <param name="CachedTokens">Tokens of the prompt that the cache held.</param>
/// <param name="Seed">The request's seed.</param>
/// <param name="Tokenizer">The model's tokenizer.</param>
internal sealed record ToldChat(ChatRequest Request, AnswerHead Head, Answer Answer, int CachedTokens, ulong Seed, ITokenizer Tokenizer)
{
    private const ulong Purpose = 0x70FD;

    /// <summary>What is told otherwise than OpenAI does, or beside it.</summary>
    public ChatVariant Variant => Request.Variant;

    /// <summary>Until when a choice's sound can be named in a following request, Unix seconds.</summary>
    public long AudioExpiresAt => Head.Created + AudioOutput.LifeSeconds;

    /// <summary>The id of a choice's sound.</summary>
    public string AudioId(int index, AnswerPart spoken) => AudioIds.Create(Head.Id, index, spoken.Tokens - spoken.AudioTokens, spoken.AudioTokens);

    /// <summary>The seed of what is told of a choice beside its text.</summary>
    public ulong ChoiceSeed(int index) => SeedHash.Derive(SeedHash.Derive(Seed, Purpose), (ulong)index);
}
