using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Perplexity's: what was found in the web, and what that and the tokens cost. A stream tells both with its end. Prices of requests are
/// those that Perplexity publishes for a thousand of them.
/// </summary>
/// <param name="ownPath">Whether Perplexity's own path was called, where there are only its models and errors have its shape.</param>
internal sealed class PerplexityVariant(bool ownPath) : ChatVariant
{
    private const ulong Purpose = 0x5EA4;
    private const decimal PerMillion = 1_000_000;
    private const decimal PerThousand = 1_000;

    /// <summary>Division by it takes the zeros off the end of a decimal.</summary>
    private const decimal Plain = 1.0000000000000000000000000000m;

    public override bool IsStrict => false;

    public override bool SearchesTheWeb => true;

    /// <summary>The usage comes with the end, unless OpenAI's clients ask for it in a chunk of its own.</summary>
    public override StreamOptions? Stream(StreamOptions? asked) =>
        asked is null ? null : new StreamOptions(IncludeUsage: !ownPath && asked.IncludeUsage, IncludeObfuscation: false);

    public override ModelInfo Model(JsonElement root, ModelCatalogue catalogue, out string requested)
    {
        if (!ownPath)
        {
            return base.Model(root, catalogue, out requested);
        }

        requested = Fields.RequiredString(root, "model", "model");
        return catalogue.TryGet(requested, out var model) && model.Provider == "perplexity" ? model : throw new OpenAiFault(
            400,
            $"Invalid model '{OpenAiFault.Shorten(requested)}'. Permitted models can be found in the documentation at https://docs.perplexity.ai/getting-started/models.",
            "model", "invalid_model");
    }

    public override string LastChunkMembers(ToldChat told)
    {
        var json = JsonText.Bytes(json =>
        {
            json.WriteStartObject();
            WriteAnswer(json, told);
            if (told.Request.Stream is not { IncludeUsage: true })
            {
                Usage.Write(json, told.Request.Generation.PromptTokens, told.CachedTokens, told.Answer, told.Request.PromptAudioTokens, more => WriteUsage(more, told));
            }

            json.WriteEndObject();
        });
        return "," + Encoding.UTF8.GetString(json.AsSpan(1, json.Length - 2));
    }

    public override void WriteAnswer(Utf8JsonWriter json, ToldChat told)
    {
        var prompt = told.Request.Generation.Messages.LastOrDefault(static m => m.Role == "user")?.Text ?? "";
        var results = told.Request.Search!.Find(prompt, SeedHash.Derive(told.Seed, Purpose), told.Head.Created).ToArray();
        json.WriteStartArray("citations"u8);
        foreach (var result in results)
        {
            json.WriteStringValue(result.Url);
        }

        json.WriteEndArray();
        json.WriteStartArray("search_results"u8);
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("title"u8, result.Title);
            json.WriteString("url"u8, result.Url);
            json.WriteString("date"u8, result.Date);
            json.WriteString("last_updated"u8, result.LastUpdated);
            json.WriteString("source"u8, "web"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public override void WriteUsage(Utf8JsonWriter json, ToldChat told)
    {
        var generation = told.Request.Generation;
        var price = generation.Model.Pricing;
        var input = generation.PromptTokens * price.Input / PerMillion / Plain;
        var output = told.Answer.CompletionTokens * price.Output / PerMillion / Plain;
        var request = told.Request.Search!.Results == 0 ? 0 : RequestPrice(generation.Model.Id, told.Request.Search.ContextSize) / PerThousand / Plain;
        json.WriteString("search_context_size"u8, told.Request.Search.ContextSize);
        json.WriteStartObject("cost"u8);
        json.WriteNumber("input_tokens_cost"u8, input);
        json.WriteNumber("output_tokens_cost"u8, output);
        json.WriteNumber("request_cost"u8, request);
        json.WriteNumber("total_cost"u8, input + output + request);
        json.WriteEndObject();
    }

    public override void WriteError(Utf8JsonWriter json, OpenAiFault fault)
    {
        if (!ownPath)
        {
            base.WriteError(json, fault);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, fault.Message);
        json.WriteString("type"u8, fault.Code ?? fault.Type);
        json.WriteNumber("code"u8, fault.Status);
        json.WriteEndObject();
    }

    private static decimal RequestPrice(string model, string size) => (model, size) switch
    {
        ("sonar" or "sonar-reasoning", "low") => 5,
        ("sonar" or "sonar-reasoning", "medium") => 8,
        ("sonar" or "sonar-reasoning", _) => 12,
        ("sonar-pro" or "sonar-reasoning-pro", "low") => 6,
        ("sonar-pro" or "sonar-reasoning-pro", "medium") => 10,
        ("sonar-pro" or "sonar-reasoning-pro", _) => 14,
        _ => 5,
    };
}
