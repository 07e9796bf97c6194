using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tokens;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Turns a request's body into a <see cref="ChatRequest"/>, or tells what is wrong with it as OpenAI does.</summary>
internal sealed class ChatRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int MostChoices = 128;
    private const int MostStops = 4;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(
        [
            "messages", "model", "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
            "max_completion_tokens", "max_tokens", "metadata", "modalities", "moderation", "n", "parallel_tool_calls", "prediction",
            "presence_penalty", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning_effort",
            "response_format", "safety_identifier", "seed", "service_tier", "stop", "store", "stream", "stream_options",
            "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
        ],
        StringComparer.Ordinal);

    /// <exception cref="OpenAiFault">The request is not valid.</exception>
    public ChatRequest Parse(ReadOnlySequence<byte> body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, s_json);
        }
        catch (JsonException)
        {
            throw OpenAiFault.NotJson();
        }

        using (document)
        {
            try
            {
                return Parse(document.RootElement);
            }
            catch (InvalidOperationException)
            {
                // Text that is not UTF-8, found where it was first read.
                throw OpenAiFault.NotJson();
            }
        }
    }

    private ChatRequest Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiFault.NotJson();
        }

        foreach (var member in root.EnumerateObject())
        {
            if (!s_known.Contains(member.Name) && !SteeringFields.Knows(member.Name))
            {
                throw new OpenAiFault(400, $"Unrecognized request argument supplied: {OpenAiFault.Shorten(member.Name)}");
            }
        }

        var model = Model(root, out var requested);
        if (!root.TryGetProperty("messages", out var messagesElement))
        {
            throw OpenAiFault.Missing("messages");
        }

        var tokenizer = tokenizers.For(model);
        var messages = new MessageParser(model, tokenizer).Parse(messagesElement);
        var tools = ToolParser.Parse(root);
        CommonFields.Check(root);
        UnbuiltFeatures.Refuse(root);
        var stream = Stream(root);
        var sampling = SamplingOf(root);
        var limit = Limit(root, out var limitName);
        var choices = Integer(root, "n", 1, MostChoices) ?? 1;
        ModelRules.Check(root, model, sampling);

        var promptTokens = PromptTokens.Count(model, tokenizer, messages, tools);
        var room = Room(model, promptTokens, limit, limitName);
        return new ChatRequest(
            new GenerationRequest
            {
                Model = model,
                RequestedModel = requested,
                Messages = messages,
                Tools = tools,
                PromptTokens = promptTokens,
                MaxTokens = (int)Math.Min(limit ?? model.MaxOutputTokens, room),
                LimitGiven = limit is not null,
                Choices = (int)choices,
                Stop = Stop(root),
                Seed = Integer(root, "seed", long.MinValue, long.MaxValue) ?? 0,
                Sampling = sampling,
            },
            Tier(root),
            stream)
        {
            Steering = SteeringFields.Of(root),
        };
    }

    private ModelInfo Model(JsonElement root, out string requested)
    {
        var element = Fields.Member(root, "model");
        requested = Fields.IsNull(element) ? "" : Fields.String(element, "model");
        if (requested.Length == 0)
        {
            throw new OpenAiFault(400, "you must provide a model parameter");
        }

        if (!catalogue.TryGet(requested, out var model))
        {
            throw new OpenAiFault(
                404, $"The model `{OpenAiFault.Shorten(requested)}` does not exist or you do not have access to it.", code: "model_not_found");
        }

        return model.Kind == "chat" ? model : throw new OpenAiFault(
            404, "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?", "model");
    }

    private static StreamOptions? Stream(JsonElement root)
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

    private static Sampling SamplingOf(JsonElement root) => new()
    {
        Temperature = Decimal(root, "temperature", 0, 2) ?? 1,
        TopP = Decimal(root, "top_p", 0, 1) ?? 1,
        FrequencyPenalty = Decimal(root, "frequency_penalty", -2, 2) ?? 0,
        PresencePenalty = Decimal(root, "presence_penalty", -2, 2) ?? 0,
        LogitBias = CommonFields.LogitBias(root),
        ReasoningEffort = Choice(root, "reasoning_effort", "none", "minimal", "low", "medium", "high", "xhigh", "max"),
        Verbosity = Choice(root, "verbosity", "low", "medium", "high"),
    };

    private static long? Limit(JsonElement root, out string name)
    {
        var older = Integer(root, "max_tokens", 1, int.MaxValue);
        var newer = Integer(root, "max_completion_tokens", 1, int.MaxValue);
        name = newer is null ? "max_tokens" : "max_completion_tokens";
        return older is not null && newer is not null
            ? throw new OpenAiFault(
                400, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens", "invalid_parameter_combination")
            : newer ?? older;
    }

    private static long Room(ModelInfo model, int promptTokens, long? limit, string limitName)
    {
        if (limit > model.MaxOutputTokens)
        {
            throw new OpenAiFault(
                400,
                string.Create(CultureInfo.InvariantCulture, $"{limitName} is too large: {limit}. This model supports at most {model.MaxOutputTokens} completion tokens, whereas you provided {limit}."),
                limitName,
                "invalid_value");
        }

        if (promptTokens >= model.ContextWindow)
        {
            throw TooLong(string.Create(
                CultureInfo.InvariantCulture,
                $"This model's maximum context length is {model.ContextWindow} tokens. However, your messages resulted in {promptTokens} tokens. Please reduce the length of the messages."));
        }

        if (promptTokens + limit > model.ContextWindow)
        {
            throw TooLong(string.Create(
                CultureInfo.InvariantCulture,
                $"This model's maximum context length is {model.ContextWindow} tokens. However, you requested {promptTokens + limit} tokens ({promptTokens} in the messages, {limit} in the completion). Please reduce the length of the messages or completion."));
        }

        return model.ContextWindow - promptTokens;

        static OpenAiFault TooLong(string message) => new(400, message, "messages", "context_length_exceeded");
    }

    private static string[] Stop(JsonElement root)
    {
        var stop = Fields.Member(root, "stop");
        if (Fields.IsNull(stop))
        {
            return [];
        }

        if (stop.ValueKind == JsonValueKind.String)
        {
            return NotEmpty([Fields.String(stop, "stop")]);
        }

        if (stop.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiFault.WrongType("stop", "one of a string or array of strings", stop);
        }

        Fields.Array(stop, "stop", most: MostStops);
        var texts = new List<string>(MostStops);
        foreach (var element in stop.EnumerateArray())
        {
            texts.Add(Fields.String(element, $"stop[{texts.Count.ToString(CultureInfo.InvariantCulture)}]"));
        }

        return NotEmpty(texts);

        static string[] NotEmpty(List<string> texts) => [.. texts.Where(t => t.Length > 0)];
    }

    private static string Tier(JsonElement root) =>
        Choice(root, "service_tier", "auto", "default", "flex", "scale", "priority", "fast") is { } tier and not "auto" ? tier : "default";

    private static double? Decimal(JsonElement root, string name, double least, double most) =>
        Fields.Member(root, name) is var value && Fields.IsNull(value) ? null : Fields.Decimal(value, name, least, most);

    private static long? Integer(JsonElement root, string name, long least, long most) =>
        Fields.Member(root, name) is var value && Fields.IsNull(value) ? null : Fields.Integer(value, name, least, most);

    private static string? Choice(JsonElement root, string name, params IReadOnlyList<string> supported) =>
        Fields.Member(root, name) is var value && Fields.IsNull(value) ? null : Fields.OneOf(value, name, supported);
}
