using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tokens;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Turns a request's body into a <see cref="MessagesRequest"/>, or tells what is wrong with it as Anthropic does.</summary>
internal sealed class MessagesRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    /// <summary>From Claude Opus 4.1 on (Unix seconds), models refuse to have both temperature and top_p.</summary>
    private const long OneSamplingFieldFrom = 1_754_352_000;
    private const int LongestUserId = 256;

    private static readonly FrozenSet<string> s_promptFields = FrozenSet.ToFrozenSet(
        ["model", "messages", "system", "tools", "tool_choice", "thinking", "cache_control", "output_config", "output_format"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_fields = FrozenSet.ToFrozenSet(
        [.. s_promptFields, "max_tokens", "metadata", "service_tier", "speed", "stop_sequences", "stream", "temperature", "top_k", "top_p"],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_newestFields =
        s_fields.Where(static f => f is not ("temperature" or "top_k" or "top_p")).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Fields that Anthropic knows and nothing here can honour; told apart from unknown ones.</summary>
    private static readonly FrozenSet<string> s_unbuilt = FrozenSet.ToFrozenSet(
        ["container", "mcp_servers", "context_management", "inference_geo", "diagnostics", "thread"], StringComparer.Ordinal);

    /// <summary>The API's version that knows no sampling fields any more; its SDKs send it.</summary>
    public const string NewestVersion = "2026-10-21";

    /// <summary>Reads a request.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="version">The API's version, as the request names it.</param>
    /// <exception cref="ProviderFault">The request is not valid.</exception>
    public MessagesRequest Parse(ReadOnlySequence<byte> body, string version) =>
        Read(body, root => Parse(root, version == NewestVersion ? s_newestFields : s_fields));

    /// <summary>Counts a prompt's tokens.</summary>
    /// <exception cref="ProviderFault">The request is not valid.</exception>
    public int Count(ReadOnlySequence<byte> body) => Read(body, root => Prompt(root, s_promptFields).Tokens);

    private static T Read<T>(ReadOnlySequence<byte> body, Func<JsonElement, T> read)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, JsonText.Document);
        }
        catch (JsonException exception)
        {
            throw AnthropicWords.Wrong($"The request body is not valid JSON: line {(exception.LineNumber ?? 0) + 1} column {(exception.BytePositionInLine ?? 0) + 1}");
        }

        using (document)
        {
            try
            {
                return document.RootElement.ValueKind == JsonValueKind.Object
                    ? read(document.RootElement)
                    : throw AnthropicWords.Wrong("Input should be an object");
            }
            catch (InvalidOperationException)
            {
                // Text that is not UTF-8, found where it was first read.
                throw AnthropicWords.Wrong("The request body is not valid JSON: it holds text that is not UTF-8");
            }
        }
    }

    private MessagesRequest Parse(JsonElement root, FrozenSet<string> known)
    {
        var prompt = Prompt(root, known);
        var model = prompt.Model;
        var maxTokens = Fields.Integer(Fields.Required(root, "max_tokens", "max_tokens"), "max_tokens", 1);
        if (maxTokens > model.MaxOutputTokens)
        {
            throw AnthropicWords.Wrong(
                "max_tokens", $"{Fields.Text(maxTokens)} > {Fields.Text(model.MaxOutputTokens)}, which is the maximum allowed number of output tokens for {prompt.Requested}");
        }

        if (prompt.Tokens > model.ContextWindow)
        {
            throw AnthropicWords.Wrong($"prompt is too long: {Fields.Text(prompt.Tokens)} tokens > {Fields.Text(model.ContextWindow)} maximum");
        }

        if (prompt.Tokens + maxTokens > model.ContextWindow)
        {
            throw AnthropicWords.Wrong(
                $"input length and `max_tokens` exceed context limit: {Fields.Text(prompt.Tokens)} + {Fields.Text(maxTokens)} > {Fields.Text(model.ContextWindow)}, decrease input length or `max_tokens` and try again");
        }

        CheckPlain(root);
        var thinking = Thinking.Parse(root, model, maxTokens, prompt.Tools?.Mode, OutputFields.Effort(root, model));
        var sampling = Sampling(root, model, thinking.On);
        var generation = new GenerationRequest
        {
            Model = model,
            RequestedModel = prompt.Requested,
            Messages = prompt.Messages,
            Tools = prompt.Tools,
            Format = prompt.Format,
            ShowReasoning = thinking.Shown,
            PromptTokens = prompt.Tokens,
            MaxTokens = (int)maxTokens,
            LimitGiven = true,
            Stop = Stops(root),
            Sampling = sampling with { ReasoningEffort = thinking.Effort, Verbosity = OutputFields.Verbosity(root) },
        };
        return new MessagesRequest(generation, Fields.OptionalBoolean(root, "stream", "stream"), prompt.Cache, thinking.On) { Steering = SteeringFields.Of(root) };
    }

    private PromptParts Prompt(JsonElement root, FrozenSet<string> known)
    {
        if (Fields.Given(root, "thread", out _))
        {
            throw AnthropicWords.NoThreads();
        }

        foreach (var member in root.EnumerateObject())
        {
            if (!known.Contains(member.Name) && !SteeringFields.Knows(member.Name) && !(s_unbuilt.Contains(member.Name) && member.Value.ValueKind == JsonValueKind.Null))
            {
                throw AnthropicWords.Wrong(
                    Fields.Shorten(member.Name), s_unbuilt.Contains(member.Name) ? "is not supported by this server" : "Extra inputs are not permitted");
            }
        }

        var requested = Fields.RequiredString(root, "model", "model");
        var model = catalogue.TryGet(requested, out var found) && found is { Kind: "chat", Provider: "anthropic" or "fakeai" } ? found
            : throw new ProviderFault(StatusCodes.Status404NotFound, "not_found_error", $"model: {Fields.Shorten(requested)}");
        var tokenizer = tokenizers.For(model);
        var builder = new PromptBuilder(model, tokenizer);
        var blocks = new BlockParser(model, tokenizer, builder);
        var tools = ToolParser.Parse(root, blocks);
        var messages = new MessageParser(model, tokenizer, builder);
        if (Fields.Given(root, "system", out var system))
        {
            messages.System(system);
        }

        messages.Messages(Fields.Required(root, "messages", "messages"));
        var format = OutputFields.Format(root);
        var tokens = PromptTokens.Count(model, tokenizer, builder.Messages, tools?.Definitions)
            + (format?.Schema is { } schema ? tokenizer.Count(schema.GetRawText()) : 0);
        return new PromptParts(
            model, requested, builder.Messages, tools, format, tokens, builder.Plan(tools?.Definitions, tokens, BlockParser.CacheControl(root, "")));
    }

    /// <summary>Fields that change nothing, but must be right.</summary>
    private static void CheckPlain(JsonElement root)
    {
        if (Fields.Given(root, "metadata", out var metadata))
        {
            Fields.Only(Fields.Object(metadata, "metadata"), "metadata", "user_id");
            if (Fields.OptionalString(metadata, "user_id", "metadata.user_id") is { Length: > LongestUserId })
            {
                throw AnthropicWords.Wrong("metadata.user_id", $"String should have at most {Fields.Text(LongestUserId)} characters");
            }
        }

        if (Fields.Given(root, "service_tier", out var tier))
        {
            Fields.OneOf(tier, "service_tier", "auto", "standard_only");
        }

        if (Fields.Given(root, "speed", out var speed) && Fields.OneOf(speed, "speed", "standard", "fast") == "fast")
        {
            throw AnthropicWords.Wrong("speed", "'fast' is not supported by this model");
        }
    }

    private static Sampling Sampling(JsonElement root, ModelInfo model, bool thinks)
    {
        double? temperature = Fields.Given(root, "temperature", out var value) ? Fields.Number(value, "temperature", 0, 1) : null;
        double? topP = Fields.Given(root, "top_p", out value) ? Fields.Number(value, "top_p", 0, 1) : null;
        long? topK = Fields.Given(root, "top_k", out value) ? Fields.Integer(value, "top_k", 0, int.MaxValue) : null;
        if (temperature is not null && topP is not null && model is { Provider: "anthropic", Created: >= OneSamplingFieldFrom })
        {
            throw AnthropicWords.Wrong("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
        }

        if (thinks)
        {
            const string See = " Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking";
            _ = temperature is null or 1 ? 0 : throw AnthropicWords.Wrong($"`temperature` may only be set to 1 when thinking is enabled.{See}");
            _ = topP is null or >= 0.95 ? 0 : throw AnthropicWords.Wrong($"`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.{See}");
            _ = topK is null ? 0 : throw AnthropicWords.Wrong($"`top_k` must be unset when thinking is enabled.{See}");
        }

        return new Sampling { Temperature = temperature ?? 1, TopP = topP ?? 1, TopK = (int?)topK };
    }

    private static string[] Stops(JsonElement root)
    {
        if (!Fields.Given(root, "stop_sequences", out var list))
        {
            return [];
        }

        var stops = new List<string>();
        foreach (var element in Fields.List(list, "stop_sequences").EnumerateArray())
        {
            var stop = Fields.String(element, Fields.At("stop_sequences", stops.Count));
            stops.Add(string.IsNullOrWhiteSpace(stop) ? throw AnthropicWords.Wrong("stop_sequences", "each stop sequence must contain non-whitespace") : stop);
        }

        return [.. stops];
    }

    private sealed record PromptParts(
        ModelInfo Model, string Requested, IReadOnlyList<PromptMessage> Messages, ToolOffer? Tools, JsonFormat? Format, int Tokens, CachePlan Cache);
}
