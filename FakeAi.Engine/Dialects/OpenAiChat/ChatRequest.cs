using System.Text.Json;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>A checked request: what to generate, and how to tell it.</summary>
/// <param name="Generation">What to generate.</param>
/// <param name="ServiceTier">The tier told in the answer.</param>
/// <param name="Stream">How to stream, or null for an answer sent whole.</param>
internal sealed record ChatRequest(GenerationRequest Generation, string ServiceTier, StreamOptions? Stream) : IOpenAiTextRequest
{
    public SteeringFields Steering { get; init; } = SteeringFields.None;

    public ChatVariant Variant { get; init; } = ChatVariant.OpenAi;

    /// <summary>What to search the web for; null where the model does not.</summary>
    public WebSearch? Search { get; init; }

    /// <summary>How many of the likeliest tokens to tell with each token, 0 to 20; null without probabilities.</summary>
    public int? TopLogprobs { get; init; }

    public int Told => Generation.Choices;

    public bool IsSpoken => Audio is not null;

    /// <summary>Tokens of the prompt that are sound.</summary>
    public int PromptAudioTokens { get; } = Generation.Messages.Sum(static m => m.AudioTokens);

    /// <summary>How the answer is spoken; null for text.</summary>
    public AudioOutput? Audio { get; init; }

    /// <summary>Whether the request offers <c>functions</c>: calls are then told in that older form.</summary>
    public bool Functions { get; init; }

    /// <summary>The request's <c>metadata</c> as JSON, told back; null where there is none.</summary>
    public string? Metadata { get; init; }
}

/// <summary>How a streamed answer is told.</summary>
/// <param name="IncludeUsage">Send a last chunk with the usage; the others then say <c>"usage":null</c>.</param>
/// <param name="IncludeObfuscation">Pad chunks to even lengths, as OpenAI does unless told not to.</param>
internal sealed record StreamOptions(bool IncludeUsage, bool IncludeObfuscation)
{
    /// <summary>Reads <c>stream</c> and <c>stream_options</c>; null where the answer is sent whole.</summary>
    public static StreamOptions? Parse(JsonElement root)
    {
        var stream = Fields.Member(root, "stream");
        var streamed = !Fields.IsNull(stream) && Fields.Boolean(stream, "stream");
        var options = Fields.Member(root, "stream_options");
        var (usage, obfuscation) = (false, true);
        if (!Fields.IsNull(options))
        {
            Fields.Object(options, "stream_options");
            Fields.Only(options, "stream_options", "include_usage", "include_obfuscation");
            usage = Flag(options, "include_usage", otherwise: false);
            obfuscation = Flag(options, "include_obfuscation", otherwise: true);
            if (!streamed)
            {
                throw new OpenAiFault(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
            }
        }

        return streamed ? new StreamOptions(usage, obfuscation) : null;

        static bool Flag(JsonElement options, string name, bool otherwise)
        {
            var flag = Fields.Member(options, name);
            return Fields.IsNull(flag) ? otherwise : Fields.Boolean(flag, $"stream_options.{name}");
        }
    }
}
