using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>Turns a request's body into a <see cref="CompletionRequest"/>, or tells what is wrong with it as OpenAI does.</summary>
internal sealed class CompletionRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int MostChoices = 128;
    private const int MostBestOf = 20;
    private const int MostLogprobs = 5;
    private const int DefaultTokens = 16;
    private const string WithSuffix = "gpt-3.5-turbo-instruct";

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(
        [
            "model", "prompt", "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "n", "presence_penalty",
            "seed", "stop", "stream", "stream_options", "suffix", "temperature", "top_p", "user",
        ],
        StringComparer.Ordinal);

    /// <exception cref="OpenAiFault">The request is not valid.</exception>
    public CompletionRequest Parse(ReadOnlySequence<byte> body) => JsonBody.Parse(body, Parse);

    private CompletionRequest Parse(JsonElement root)
    {
        CommonFields.OnlyKnown(root, s_known);
        var model = Model(root, out var requested);
        var tokenizer = tokenizers.For(model);
        var prompts = PromptParser.Parse(root, tokenizer);
        CommonFields.Check(root);
        var stream = StreamOptions.Parse(root);
        var returned = (int)(CommonFields.Integer(root, "n", 1, MostChoices) ?? 1);
        var generated = BestOf(root, returned, stream is not null);
        var limit = (int)(CommonFields.Integer(root, "max_tokens", 0, int.MaxValue) ?? DefaultTokens);
        var first = new GenerationRequest
        {
            Model = model,
            RequestedModel = requested,
            Messages = [],
            MaxTokens = limit,
            LimitGiven = !Fields.IsNull(Fields.Member(root, "max_tokens")),
            Choices = generated,
            Stop = CommonFields.Stop(root),
            Seed = CommonFields.Integer(root, "seed", long.MinValue, long.MaxValue) ?? 0,
            Sampling = CommonFields.Sampling(root),
        };
        var suffix = Suffix(root, model);
        var all = prompts.Select(prompt => first with
        {
            Messages = suffix is null ? [new PromptMessage("user", null, prompt)] : [new PromptMessage("user", null, prompt), new PromptMessage("suffix", null, suffix)],
            Lead = Lead(prompt),
            PromptTokens = Room(model, tokenizer.Count(prompt) + (suffix is null ? 0 : tokenizer.Count(suffix)), limit),
        }).ToArray();
        return new CompletionRequest(
            all[0] with { Batch = all[1..], PromptTokens = all.Sum(static r => r.PromptTokens) }, prompts, returned, Flag(root, "echo"),
            (int?)CommonFields.Integer(root, "logprobs", 0, MostLogprobs), stream)
        {
            Steering = SteeringFields.Of(root),
        };
    }

    private ModelInfo Model(JsonElement root, out string requested)
    {
        var model = CommonFields.Model(root, catalogue, out requested);
        return model.Kind switch
        {
            "completion" => model,
            "chat" => throw new OpenAiFault(
                404, "This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?", "model"),
            _ => throw new OpenAiFault(404, "This model is not supported in the v1/completions endpoint.", "model"),
        };
    }

    private static int BestOf(JsonElement root, int returned, bool stream)
    {
        var bestOf = (int)(CommonFields.Integer(root, "best_of", 0, MostBestOf) ?? 0);
        if (bestOf == 0)
        {
            return returned;
        }

        if (bestOf < returned)
        {
            throw new OpenAiFault(
                400,
                string.Create(CultureInfo.InvariantCulture, $"You requested that the server return more choices than it will generate (HINT: you must set 'n' (currently {returned}) to be at most 'best_of' (currently {bestOf}), or omit either parameter if you don't specifically want to use them.)"),
                "best_of");
        }

        return bestOf > returned && stream
            ? throw new OpenAiFault(400, "Results cannot be streamed when 'best_of' is greater than 'n'.", "best_of")
            : bestOf;
    }

    private static string? Suffix(JsonElement root, ModelInfo model)
    {
        var suffix = Fields.Member(root, "suffix");
        if (Fields.IsNull(suffix))
        {
            return null;
        }

        var text = Fields.String(suffix, "suffix");
        return string.Equals(model.Id, WithSuffix, StringComparison.Ordinal) ? text : throw OpenAiFault.Unsupported("suffix");
    }

    private static bool Flag(JsonElement root, string name) =>
        Fields.Member(root, name) is var flag && !Fields.IsNull(flag) && Fields.Boolean(flag, name);

    /// <summary>A text that ends a sentence is followed by a paragraph of its own, as completion models do; one that is open is continued.</summary>
    private static string Lead(string prompt) =>
        prompt.Length == 0 || char.IsWhiteSpace(prompt[^1]) ? ""
        : prompt[^1] is '.' or '!' or '?' ? "\n\n"
        : " ";

    private static int Room(ModelInfo model, int promptTokens, int limit) => (long)promptTokens + limit <= model.ContextWindow
        ? promptTokens
        : throw new OpenAiFault(
            400,
            string.Create(CultureInfo.InvariantCulture, $"This model's maximum context length is {model.ContextWindow} tokens, however you requested {(long)promptTokens + limit} tokens ({promptTokens} in your prompt; {limit} for the completion). Please reduce your prompt; or completion length."),
            code: "context_length_exceeded");
}
