using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;

namespace FakeAi.Gateway.Providers.OpenRouter;

/// <summary>OpenRouter's list of models: every chat model of the catalogue. Free variants are not listed, though each can be asked for.</summary>
internal static class OpenRouterModels
{
    private const decimal PerMillion = 1_000_000;

    private static readonly (string Capability, string Modality)[] s_modalities = [("vision", "image"), ("audio_in", "audio"), ("video_in", "video")];

    public static Task ListAsync(HttpContext context, OpenRouterNames names) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var (name, model) in names.All)
        {
            Write(json, name, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, string name, ModelInfo model)
    {
        var input = Inputs(model);
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("canonical_slug"u8, name);
        json.WriteString("name"u8, $"{OpenRouterNames.Vendor(model.Provider)}: {ModelNames.Display(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])}");
        json.WriteNumber("created"u8, model.Created);
        json.WriteString("description"u8, "");
        json.WriteNumber("context_length"u8, model.ContextWindow);
        json.WriteStartObject("architecture"u8);
        json.WriteString("modality"u8, $"{string.Join('+', input)}->text");
        json.WriteStartArray("input_modalities"u8);
        foreach (var modality in input)
        {
            json.WriteStringValue(modality);
        }

        json.WriteEndArray();
        json.WriteStartArray("output_modalities"u8);
        json.WriteStringValue("text"u8);
        json.WriteEndArray();
        json.WriteString("tokenizer"u8, model.Provider == "openai" ? "GPT" : "Other");
        json.WriteNull("instruct_type"u8);
        json.WriteEndObject();
        json.WriteStartObject("pricing"u8);
        json.WriteString("prompt"u8, Price(model.Pricing.Input));
        json.WriteString("completion"u8, Price(model.Pricing.Output));
        if (model.Pricing.CachedInput is { } cached)
        {
            json.WriteString("input_cache_read"u8, Price(cached));
        }

        json.WriteEndObject();
        json.WriteStartObject("top_provider"u8);
        json.WriteNumber("context_length"u8, model.ContextWindow);
        json.WriteNumber("max_completion_tokens"u8, model.MaxOutputTokens);
        json.WriteBoolean("is_moderated"u8, false);
        json.WriteEndObject();
        json.WriteNull("per_request_limits"u8);
        json.WriteStartArray("supported_parameters"u8);
        foreach (var parameter in Parameters(model))
        {
            json.WriteStringValue(parameter);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Dollars a token, as text without an exponent.</summary>
    private static string Price(decimal perMillion) => (perMillion / PerMillion).ToString("0.############", CultureInfo.InvariantCulture);

    private static List<string> Inputs(ModelInfo model)
    {
        List<string> inputs = ["text"];
        foreach (var (capability, modality) in s_modalities)
        {
            if (model.Can(capability))
            {
                inputs.Add(modality);
            }
        }

        return inputs;
    }

    private static IEnumerable<string> Parameters(ModelInfo model)
    {
        List<string> parameters = ["frequency_penalty", "logit_bias", "logprobs", "max_tokens", "presence_penalty", "seed", "stop", "temperature", "top_logprobs", "top_p"];
        if (model.Can(ModelCapabilities.Tools))
        {
            parameters.AddRange(["tools", "tool_choice"]);
        }

        if (model.Can(ModelCapabilities.Json))
        {
            parameters.AddRange(["response_format", "structured_outputs"]);
        }

        if (model.Can(ModelCapabilities.Reasoning))
        {
            parameters.AddRange(["reasoning", "include_reasoning"]);
        }

        return parameters.Order(StringComparer.Ordinal);
    }
}
