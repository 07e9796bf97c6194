using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>What <c>generationConfig</c> asks for, checked.</summary>
internal sealed record GenerationConfig
{
    private const int MostStops = 5;
    private const int MostCandidates = 8;
    private const int MostLogprobs = 20;
    private const string Json = "application/json";

    private static readonly string[] s_known =
    [
        "stop_sequences", "response_mime_type", "response_schema", "response_json_schema", "_response_json_schema", "response_modalities", "candidate_count",
        "max_output_tokens", "temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty", "response_logprobs", "logprobs",
        "enable_enhanced_civic_answers", "speech_config", "thinking_config", "media_resolution", "image_config",
    ];

    public required Sampling Sampling { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>The limit of the answer's tokens, thoughts among them; null where none is given.</summary>
    public int? MaxOutputTokens { get; init; }

    public int Candidates { get; init; } = 1;

    public long Seed { get; init; }

    /// <summary>The JSON that the answer must be; null for text.</summary>
    public JsonFormat? Format { get; init; }

    /// <summary>How many of the likeliest tokens to tell with each token; null without probabilities.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>Whether thoughts are told.</summary>
    public bool ShowThoughts { get; init; }

    public static GenerationConfig Read(Payload payload, ProtoMessage root, ModelInfo model)
    {
        var config = root.Message("generation_config", "GenerationConfig", s_known) ?? new ProtoMessage(payload, "generation_config", []);
        var (effort, shown) = ThinkingConfig.Read(config, model);
        var format = FormatOf(payload, config, model);
        var sampling = new Sampling
        {
            Temperature = Ranged(config, "temperature", 0, 2) ?? 1,
            TopP = Ranged(config, "top_p", 0, 1) ?? 0.95,
            TopK = config.Integer("top_k") is { } topK ? topK > 0 ? topK : throw Wrong("top_k", "top_k must be positive.") : null,
            PresencePenalty = Ranged(config, "presence_penalty", -2, 2) ?? 0,
            FrequencyPenalty = Ranged(config, "frequency_penalty", -2, 2) ?? 0,
            ReasoningEffort = effort,
        };
        CheckModalities(config, model);
        config.Boolean("enable_enhanced_civic_answers");
        config.Enumeration("media_resolution", "GenerationConfig.MediaResolution", "MEDIA_RESOLUTION_UNSPECIFIED", "MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH");
        var stops = config.Strings("stop_sequences").FindAll(static s => s.Length > 0);
        var most = config.Integer("max_output_tokens");
        var candidates = config.Integer("candidate_count") ?? 1;
        var logprobs = Logprobs(config);
        _ = stops.Count <= MostStops ? 0 : throw Wrong("stop_sequences", string.Create(CultureInfo.InvariantCulture, $"the number of stop sequences must be at most {MostStops}."));
        _ = most is null or > 0 ? 0 : throw Wrong("max_output_tokens", "max_output_tokens must be positive.");
        _ = candidates is > 0 and <= MostCandidates ? 0 : throw Wrong(
            "candidate_count", string.Create(CultureInfo.InvariantCulture, $"candidate_count must be within [1, {MostCandidates}]."));
        return new GenerationConfig
        {
            Sampling = sampling,
            Stop = stops,
            MaxOutputTokens = most,
            Candidates = candidates,
            Seed = config.Integer("seed") ?? 0,
            Format = format,
            TopLogprobs = logprobs,
            ShowThoughts = shown,
        };
    }

    private static JsonFormat? FormatOf(Payload payload, ProtoMessage config, ModelInfo model)
    {
        var type = config.String("response_mime_type") ?? "";
        var given = config.Raw("response_json_schema") ?? config.Raw("_response_json_schema");
        JsonElement? schema = config.Raw("response_schema") is { } own ? new SchemaReader(payload).Read(own, config.In("response_schema"))
            : given is { ValueKind: JsonValueKind.Object } json ? JsonElement.Parse(JsonText.Canonical(json))
            : null;
        if (config.Has("response_schema") && given is not null)
        {
            throw Wrong("response_schema", "response_schema and response_json_schema are mutually exclusive.");
        }

        switch (type)
        {
            case "" or "text/plain":
                return schema is null ? null : throw Wrong(
                    "response_schema", "response_schema is only allowed when response_mime_type is 'application/json' or 'text/x.enum'.");
            case Json:
                return model.Can(ModelCapabilities.Json)
                    ? new JsonFormat(schema is null ? null : "response_schema", schema)
                    : throw GeminiWords.InvalidArgument($"JSON mode is not enabled for models/{model.Id}");
            case "text/x.enum":
                throw Wrong("response_mime_type", "'text/x.enum' is not supported by this server.");
            default:
                throw Wrong("response_mime_type", "allowed mimetypes are `text/plain`, `application/json`, `application/xml`, `application/yaml` and `text/x.enum`.");
        }
    }

    private static void CheckModalities(ProtoMessage config, ModelInfo model)
    {
        foreach (var modality in config.Strings("response_modalities").Select(static m => m.ToUpperInvariant()))
        {
            if (modality is not ("TEXT" or "MODALITY_UNSPECIFIED"))
            {
                throw GeminiWords.InvalidArgument(
                    $"The requested combination of response modalities ({(modality.Length <= 32 ? modality : modality[..32])}) is not supported by the model. models/{model.Id} accepts the following combination of response modalities:\n* TEXT\n");
            }
        }

        foreach (var name in (ReadOnlySpan<string>)["speech_config", "image_config"])
        {
            if (config.Has(name))
            {
                throw Wrong(name, $"{name} is not supported by this model.");
            }
        }
    }

    private static int? Logprobs(ProtoMessage config)
    {
        var asked = config.Boolean("response_logprobs");
        var top = config.Integer("logprobs");
        return top is null ? asked ? 0 : null
            : !asked ? throw Wrong("logprobs", "logprobs is only allowed when response_logprobs is true.")
            : top is >= 0 and <= MostLogprobs ? top
            : throw Wrong("logprobs", string.Create(CultureInfo.InvariantCulture, $"logprobs must be within [0, {MostLogprobs}]."));
    }

    private static double? Ranged(ProtoMessage config, string name, double least, double most) =>
        config.Float(name) is not { } number ? null
        : number >= least && number <= most ? number
        : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"{name} must be in the range [{least:0.0}, {most:0.0}]."));

    private static ProviderFault Wrong(string name, string what) =>
        GeminiWords.InvalidArgument($"* GenerateContentRequest.generation_config.{name}: {what}\n");
}
