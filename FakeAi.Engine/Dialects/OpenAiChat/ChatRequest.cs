using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>A checked request: what to generate, and how to tell it.</summary>
/// <param name="Generation">What to generate.</param>
/// <param name="ServiceTier">The tier told in the answer.</param>
/// <param name="Stream">How to stream, or null for an answer sent whole.</param>
internal sealed record ChatRequest(GenerationRequest Generation, string ServiceTier, StreamOptions? Stream)
{
    /// <summary>What the body says about the request's own timing.</summary>
    public SteeringFields Steering { get; init; } = SteeringFields.None;
}

/// <summary>How a streamed answer is told.</summary>
/// <param name="IncludeUsage">Send a last chunk with the usage; the others then say <c>"usage":null</c>.</param>
/// <param name="IncludeObfuscation">Pad chunks to even lengths, as OpenAI does unless told not to.</param>
internal sealed record StreamOptions(bool IncludeUsage, bool IncludeObfuscation);
