using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// What a provider reads and tells in chat completions otherwise than OpenAI, or beside it. This one is OpenAI's own. Members that are
/// given as text have a comma in front. Has no state.
/// </summary>
internal class ChatVariant
{
    public static readonly ChatVariant OpenAi = new();
    private static readonly AzureVariant s_azure = new();
    private static readonly OpenRouterVariant s_openRouter = new();
    private static readonly PerplexityVariant s_perplexity = new(ownPath: true);
    private static readonly PerplexityVariant s_sonar = new(ownPath: false);

    /// <summary>The variant that the gateway asks for.</summary>
    public static ChatVariant Of(IHeaderDictionary headers) => headers[InternalHeaders.Variant].ToString() switch
    {
        WireVariants.Azure => s_azure,
        WireVariants.OpenRouter => s_openRouter,
        WireVariants.Perplexity => s_perplexity,
        _ => OpenAi,
    };

    /// <summary>Whether fields that are unknown, or that OpenAI's reasoning models do not take, are refused; else they are ignored.</summary>
    public virtual bool IsStrict => true;

    /// <summary>Whether each answer tells what a search of the web found.</summary>
    public virtual bool SearchesTheWeb => false;

    /// <summary>Whether the usage comes in a last chunk though nobody asks for it, and all other chunks keep quiet about it.</summary>
    public virtual bool AlwaysTellsUsage => false;

    /// <summary>The name of shown reasoning in messages and deltas.</summary>
    public virtual string ReasoningName => "reasoning_content";

    /// <summary>A chunk that goes before all others; empty where there is none.</summary>
    public virtual string FirstChunk => "";

    /// <summary>The variant that answers a request: Perplexity's models answer as they do there, on OpenAI's own path, too.</summary>
    public ChatVariant For(JsonElement root) =>
        this == OpenAi && Fields.Member(root, "model") is { ValueKind: JsonValueKind.String } model && Fields.String(model, "model") is var name
        && (name.StartsWith("sonar", StringComparison.Ordinal) || name.StartsWith("perplexity/sonar", StringComparison.Ordinal))
            ? s_sonar
            : this;

    /// <summary>How to stream, by what the request says.</summary>
    public virtual StreamOptions? Stream(StreamOptions? asked) => asked;

    /// <summary>The model that a request names.</summary>
    /// <exception cref="OpenAiFault">There is none.</exception>
    public virtual ModelInfo Model(JsonElement root, ModelCatalogue catalogue, out string requested) => CommonFields.Model(root, catalogue, out requested);

    /// <summary>What a request says of reasoning: the effort, or null; and whether to show it, or null where the model decides.</summary>
    public virtual (string? Effort, bool? Show) Reasoning(JsonElement root) =>
        (CommonFields.Choice(root, "reasoning_effort", "none", "minimal", "low", "medium", "high", "xhigh", "max"), null);

    /// <summary>What every answer begins with.</summary>
    public virtual AnswerHead Head(AnswerHead head) => head;

    /// <summary>What a stream's events look like.</summary>
    public virtual StreamFrame Frame(StreamFrame frame) => frame;

    /// <summary>Members of each chunk.</summary>
    public virtual string ChunkMembers(ToldChat told) => "";

    /// <summary>Members of the chunk that tells how a choice ended.</summary>
    public virtual string LastChunkMembers(ToldChat told) => "";

    /// <summary>Members of a chunk's choice.</summary>
    /// <param name="tellsContent">Whether the chunk tells a piece of the content, not the role, a call or the end.</param>
    /// <param name="finish">How the choice ends, in the last of its chunks; else null.</param>
    public virtual string ChunkChoice(bool tellsContent, string? finish = null) => "";

    /// <summary>Writes members of an answer sent whole.</summary>
    public virtual void WriteAnswer(Utf8JsonWriter json, ToldChat told)
    {
    }

    /// <summary>Writes members of its choices.</summary>
    /// <param name="json">The writer, within the choice.</param>
    /// <param name="tellsContent">Whether the choice has content.</param>
    /// <param name="finish">How it ends.</param>
    public virtual void WriteChoice(Utf8JsonWriter json, bool tellsContent, string finish)
    {
    }

    /// <summary>Writes members of the usage.</summary>
    public virtual void WriteUsage(Utf8JsonWriter json, ToldChat told)
    {
    }

    /// <summary>Writes the member <c>error</c> of a refusal.</summary>
    public virtual void WriteError(Utf8JsonWriter json, OpenAiFault fault) => fault.WriteError(json);
}
