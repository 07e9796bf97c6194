using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// OpenRouter's: models named <c>vendor/model</c> with others to fall back on, who served, what it cost, and reasoning under a name of
/// its own. What a model does not take is ignored, as OpenRouter does.
/// </summary>
internal sealed class OpenRouterVariant : ChatVariant
{
    private const int MostFallbacks = 3;
    private const int IdTail = 20;
    private const decimal PerMillion = 1_000_000;

    /// <summary>Division by it takes the zeros off the end of a decimal.</summary>
    private const decimal Plain = 1.0000000000000000000000000000m;

    private static readonly StreamFrame s_events = StreamFrame.ServerSentEvents with { KeepAlive = Encoding.ASCII.GetBytes(": OPENROUTER PROCESSING\n\n") };

    public override bool IsStrict => false;

    public override bool AlwaysTellsUsage => true;

    public override string ReasoningName => "reasoning";

    public override StreamOptions? Stream(StreamOptions? asked) => asked is null ? null : new StreamOptions(IncludeUsage: true, IncludeObfuscation: false);

    /// <summary>The first of <c>model</c> and <c>models</c> that there is.</summary>
    public override ModelInfo Model(JsonElement root, ModelCatalogue catalogue, out string requested)
    {
        RefusePlugins(root);
        var names = new List<string>();
        if (Fields.Given(root, "model", out var first))
        {
            names.Add(Fields.String(first, "model"));
        }

        if (Fields.Given(root, "models", out var others))
        {
            Fields.Array(others, "models", most: MostFallbacks);
            names.AddRange(others.EnumerateArray().Select(static m => Fields.String(m, "models")));
        }

        foreach (var name in names)
        {
            if (catalogue.OpenRouter.TryGet(name, out var model))
            {
                requested = name;
                return model;
            }
        }

        throw new OpenAiFault(
            400, names.Count == 0 ? "No models provided" : $"{OpenAiFault.Shorten(names[0])} is not a valid model ID", "model", "model_not_found");
    }

    /// <summary>Shown where the request says anything of it and does not exclude it; a budget in tokens is not heeded.</summary>
    public override (string? Effort, bool? Show) Reasoning(JsonElement root)
    {
        var (effort, _) = base.Reasoning(root);
        if (!Fields.Given(root, "reasoning", out var reasoning))
        {
            return (effort, Fields.Given(root, "include_reasoning", out var include) ? Fields.Boolean(include, "include_reasoning") : null);
        }

        Fields.Object(reasoning, "reasoning");
        effort = Fields.Given(reasoning, "effort", out var asked)
            ? Fields.OneOf(asked, "reasoning.effort", "none", "minimal", "low", "medium", "high", "xhigh")
            : effort;
        var off = Fields.Given(reasoning, "enabled", out var enabled) && !Fields.Boolean(enabled, "reasoning.enabled");
        var exclude = Fields.Given(reasoning, "exclude", out var excluded) && Fields.Boolean(excluded, "reasoning.exclude");
        return (off ? "none" : effort, !exclude);
    }

    public override AnswerHead Head(AnswerHead head) => head with { Id = $"gen-{head.Created}-{head.Id[^IdTail..]}" };

    public override StreamFrame Frame(StreamFrame frame) => frame == StreamFrame.ServerSentEvents ? s_events : frame;

    public override string ChunkMembers(ToldChat told) => $",\"provider\":\"{OpenRouterNames.Vendor(told.Request.Generation.Model.Provider)}\"";

    public override string ChunkChoice(bool tellsContent, string? finish = null) =>
        finish is null ? ",\"native_finish_reason\":null" : $",\"native_finish_reason\":\"{finish}\"";

    public override void WriteAnswer(Utf8JsonWriter json, ToldChat told) =>
        json.WriteString("provider"u8, OpenRouterNames.Vendor(told.Request.Generation.Model.Provider));

    public override void WriteChoice(Utf8JsonWriter json, bool tellsContent, string finish) => json.WriteString("native_finish_reason"u8, finish);

    /// <summary>The catalogue's prices; free models cost nothing.</summary>
    public override void WriteUsage(Utf8JsonWriter json, ToldChat told)
    {
        var generation = told.Request.Generation;
        var price = generation.Model.Pricing;
        var free = OpenRouterNames.IsFree(generation.RequestedModel);
        var prompt = free ? 0 : (((generation.PromptTokens - told.CachedTokens) * price.Input) + (told.CachedTokens * (price.CachedInput ?? price.Input))) / PerMillion / Plain;
        var completion = free ? 0 : told.Answer.CompletionTokens * price.Output / PerMillion / Plain;
        json.WriteNumber("cost"u8, prompt + completion);
        json.WriteBoolean("is_byok"u8, false);
        json.WriteStartObject("cost_details"u8);
        json.WriteNull("upstream_inference_cost"u8);
        json.WriteNumber("upstream_inference_prompt_cost"u8, prompt);
        json.WriteNumber("upstream_inference_completions_cost"u8, completion);
        json.WriteEndObject();
    }

    /// <summary>Writes <c>"error": {message, code}</c>, the code being the HTTP status.</summary>
    public override void WriteError(Utf8JsonWriter json, OpenAiFault fault)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, fault.Message);
        json.WriteNumber("code"u8, fault.Status);
        json.WriteEndObject();
    }

    private static void RefusePlugins(JsonElement root)
    {
        if (Fields.Given(root, "plugins", out var plugins) && Fields.Array(plugins, "plugins").GetArrayLength() > 0)
        {
            throw new OpenAiFault(400, "Plugins are not supported by this server.", "plugins", "unsupported_parameter");
        }
    }
}
