using System.Text.Json;
using FakeAi.Contracts.Wire;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// What a provider tells in chat completions beside what OpenAI does. This one is OpenAI's own and tells nothing more; members are written
/// with a comma in front.
/// </summary>
internal class ChatVariant
{
    private static readonly ChatVariant s_openAi = new();
    private static readonly AzureVariant s_azure = new();

    /// <summary>The variant that the gateway asks for.</summary>
    public static ChatVariant Of(IHeaderDictionary headers) => headers[InternalHeaders.Variant] == WireVariants.Azure ? s_azure : s_openAi;

    /// <summary>A chunk that goes before all others; empty where there is none.</summary>
    public virtual string FirstChunk => "";

    /// <summary>Members of a chunk's choice.</summary>
    /// <param name="tellsContent">Whether the chunk tells a piece of the content, not the role, a call or the end.</param>
    public virtual string ChunkChoice(bool tellsContent) => "";

    /// <summary>Writes members of an answer sent whole.</summary>
    public virtual void WriteAnswer(Utf8JsonWriter json)
    {
    }

    /// <summary>Writes members of its choices.</summary>
    /// <param name="json">The writer, within the choice.</param>
    /// <param name="tellsContent">Whether the choice has content.</param>
    public virtual void WriteChoice(Utf8JsonWriter json, bool tellsContent)
    {
    }
}
