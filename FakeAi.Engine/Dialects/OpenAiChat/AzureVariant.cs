using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Azure OpenAI's: what its content filters say of prompt and answer, in each chunk of content, too. Nothing is filtered here, so all
/// is safe. Shapes as Microsoft documents them for asynchronous and default filters.
/// </summary>
internal sealed class AzureVariant : ChatVariant
{
    private const string Safe = "{\"filtered\":false,\"severity\":\"safe\"}";
    private const string NotDetected = "{\"filtered\":false,\"detected\":false}";

    private const string Prompt =
        "[{\"prompt_index\":0,\"content_filter_results\":{\"hate\":" + Safe + ",\"jailbreak\":" + NotDetected + ",\"self_harm\":" + Safe
        + ",\"sexual\":" + Safe + ",\"violence\":" + Safe + "}}]";

    private const string Content =
        "{\"hate\":" + Safe + ",\"self_harm\":" + Safe + ",\"sexual\":" + Safe + ",\"violence\":" + Safe + "}";

    public override string FirstChunk =>
        "{\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":" + Prompt + "}";

    public override string ChunkChoice(bool tellsContent, string? finish = null) => ",\"content_filter_results\":" + (tellsContent ? Content : "{}");

    public override void WriteAnswer(Utf8JsonWriter json, ToldChat told)
    {
        json.WritePropertyName("prompt_filter_results"u8);
        json.WriteRawValue(Prompt);
    }

    public override void WriteChoice(Utf8JsonWriter json, bool tellsContent, string finish)
    {
        json.WritePropertyName("content_filter_results"u8);
        json.WriteRawValue(tellsContent ? Content : "{}");
    }
}
