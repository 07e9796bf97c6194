using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>A checked request: what to generate, and how to tell it.</summary>
/// <param name="Generation">What to generate.</param>
/// <param name="ServiceTier">The tier told in the answer.</param>
/// <param name="Stream">How to stream, or null for an answer sent whole.</param>
/// <param name="Repeated">What the answer repeats of the request.</param>
internal sealed record ResponsesRequest(GenerationRequest Generation, string ServiceTier, StreamOptions? Stream, RepeatedFields Repeated) : IOpenAiTextRequest
{
    public SteeringFields Steering { get; init; } = SteeringFields.None;

    /// <summary>Whether reasoning is told as a summary; else as its own text, where the model tells it at all.</summary>
    public bool Summarises { get; init; }

    /// <summary>Whether reasoning items carry their encrypted form.</summary>
    public bool Encrypts { get; init; }

    public ChatVariant Variant => ChatVariant.OpenAi;

    public int Told => 1;

    public bool IsSpoken => false;
}
