using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>A checked request: what to generate, and how to tell it.</summary>
/// <param name="Generation">What to generate.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="Cache">What of the prompt is to be cached.</param>
/// <param name="Thinks">Whether thinking is switched on: the answer then begins with a thinking block, even where its text is left out.</param>
internal sealed record MessagesRequest(GenerationRequest Generation, bool Stream, CachePlan Cache, bool Thinks)
{
    /// <summary>What the body says about the request's own timing.</summary>
    public SteeringFields Steering { get; init; } = SteeringFields.None;
}
