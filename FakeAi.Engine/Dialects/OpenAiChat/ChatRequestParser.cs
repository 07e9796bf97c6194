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
    public ChatRequest Parse(ReadOnlySequence<byte> body, ChatVariant variant) => JsonBody.Parse(body, root => Parse(root, variant));

    private ChatRequest Parse(JsonElement root, ChatVariant variant)
    {
        variant = variant.For(root);
        if (variant.IsStrict)
        {
            CommonFields.OnlyKnown(root, s_known);
        }

        var model = Model(root, variant, out var requested);
        if (!root.TryGetProperty("messages", out var messagesElement))
        {
            throw OpenAiFault.Missing("messages");
        }

        var tokenizer = tokenizers.For(model);
        var messages = new MessageParser(model, tokenizer, variant.ReasoningName).Parse(messagesElement);
        var tools = ToolParser.Parse(root, out var functions);
        CommonFields.Check(root);
        if (!variant.SearchesTheWeb)
        {
            UnbuiltFeatures.Refuse(root);
        }

        var format = ResponseFormatParser.Parse(root, model, messages);
        var logprobs = CommonFields.TopLogprobs(root);
        var stream = variant.Stream(StreamOptions.Parse(root));
        var audio = AudioOutput.Parse(root, model, stream is not null);
        var reasoning = variant.Reasoning(root);
        var sampling = SamplingOf(root, reasoning.Effort, spoken: audio is not null);
        var limit = Limit(root, out var limitName);
        var choices = CommonFields.Integer(root, "n", 1, MostChoices) ?? 1;
        if (variant.IsStrict)
        {
            ModelRules.Check(root, model, sampling);
        }

        var promptTokens = PromptTokens.Count(model, tokenizer, messages, tools?.Definitions)
            + (format?.Schema is { } schema ? tokenizer.Count(schema.GetRawText()) : 0);
        var room = Room(model, promptTokens, limit, limitName);
        var generation = new GenerationRequest
        {
            Model = model,
            RequestedModel = requested,
            Messages = messages,
            Tools = tools,
            Format = format,
            ShowReasoning = reasoning.Show ?? model.Can(ModelCapabilities.ReasoningShown),
            Speech = audio is null ? null : new SpeechStyle(audio.Voice),
            Prediction = CommonFields.Prediction(root),
            PromptTokens = promptTokens,
            MaxTokens = (int)Math.Min(limit ?? model.MaxOutputTokens, room),
            LimitGiven = limit is not null,
            Choices = (int)choices,
            Stop = CommonFields.Stop(root),
            Seed = CommonFields.Integer(root, "seed", long.MinValue, long.MaxValue) ?? 0,
            Sampling = sampling,
        };
        return new ChatRequest(generation, Tier(root), stream)
        {
            Variant = variant,
            Search = variant.SearchesTheWeb ? WebSearch.Read(root) : null,
            Steering = SteeringFields.Of(root),
            TopLogprobs = logprobs,
            Audio = audio,
            Functions = functions,
            Metadata = CommonFields.Metadata(root),
        };
    }

    private ModelInfo Model(JsonElement root, ChatVariant variant, out string requested)
    {
        var model = variant.Model(root, catalogue, out requested);
        return model.Kind == "chat" ? model : throw new OpenAiFault(
            404, "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?", "model");
    }

    private static Sampling SamplingOf(JsonElement root, string? effort, bool spoken) => CommonFields.Sampling(root) with
    {
        ReasoningEffort = effort,

        // What is said is shorter than what is written.
        Verbosity = CommonFields.Choice(root, "verbosity", "low", "medium", "high") ?? (spoken ? "low" : null),
    };

    private static long? Limit(JsonElement root, out string name)
    {
        var older = CommonFields.Integer(root, "max_tokens", 1, int.MaxValue);
        var newer = CommonFields.Integer(root, "max_completion_tokens", 1, int.MaxValue);
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

    private static string Tier(JsonElement root) =>
        CommonFields.Choice(root, "service_tier", "auto", "default", "flex", "scale", "priority", "fast") is { } tier and not "auto" ? tier : "default";
}
