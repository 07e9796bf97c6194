using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>A checked request: what to generate, and how to tell it.</summary>
/// <param name="Generation">What to generate.</param>
/// <param name="TopLogprobs">How many of the likeliest tokens to tell with each token; null without probabilities.</param>
/// <param name="SafetyCategories">The categories that the request names: the answer tells its rating in each.</param>
internal sealed record GenerateRequest(GenerationRequest Generation, int? TopLogprobs, IReadOnlyList<string> SafetyCategories)
{
    /// <summary>What the body says about the request's own timing.</summary>
    public SteeringFields Steering { get; init; } = SteeringFields.None;
}
