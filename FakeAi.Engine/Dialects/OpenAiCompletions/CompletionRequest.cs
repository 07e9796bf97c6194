using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>A checked request for legacy completions.</summary>
/// <param name="Generation">What to generate for the first prompt; the others stand in its batch.</param>
/// <param name="Prompts">The prompts' texts.</param>
/// <param name="Returned">How many choices each prompt gets; of those generated the likeliest.</param>
/// <param name="Echo">Whether each choice begins with its prompt.</param>
/// <param name="Logprobs">How many of the likeliest tokens to tell with each token, 0 to 5; null without probabilities.</param>
/// <param name="Stream">How to stream, or null for an answer sent whole.</param>
internal sealed record CompletionRequest(
    GenerationRequest Generation, IReadOnlyList<string> Prompts, int Returned, bool Echo, int? Logprobs, StreamOptions? Stream) : IOpenAiTextRequest
{
    public SteeringFields Steering { get; init; } = SteeringFields.None;

    public ChatVariant Variant => ChatVariant.OpenAi;

    /// <summary>Legacy completions know no tiers.</summary>
    public string ServiceTier => "default";

    public int Told => Prompts.Count * Returned;

    public bool IsSpoken => false;

    /// <summary>Tokens of all prompts.</summary>
    public int PromptTokens { get; } = Generation.PromptTokens;
}
