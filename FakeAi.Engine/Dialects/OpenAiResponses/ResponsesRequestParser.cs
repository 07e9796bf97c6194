using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tokens;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>
/// Turns a request's body into a <see cref="ResponsesRequest"/>, or tells what is wrong with it as OpenAI does. The conversation that
/// it continues is in <c>input</c> already: <c>previous_response_id</c> and <c>conversation</c> are only told back.
/// </summary>
internal sealed class ResponsesRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int LeastLimit = 16;
    private const string Encrypted = "reasoning.encrypted_content";

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(
        [
            "background", "conversation", "include", "input", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model",
            "parallel_tool_calls", "previous_response_id", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning",
            "safety_identifier", "service_tier", "store", "stream", "stream_options", "temperature", "text", "tool_choice", "tools",
            "top_logprobs", "top_p", "truncation", "user",
        ],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_unbuilt = FrozenSet.ToFrozenSet(["context_management", "moderation", "prompt"], StringComparer.Ordinal);

    /// <exception cref="OpenAiFault">The request is not valid.</exception>
    public ResponsesRequest Parse(ReadOnlySequence<byte> body) => JsonBody.Parse(body, Parse);

    private ResponsesRequest Parse(JsonElement root)
    {
        OnlyKnown(root);
        var model = CommonFields.Model(root, catalogue, out var requested);
        if (model.Kind != "chat")
        {
            throw new OpenAiFault(400, $"The requested model '{OpenAiFault.Shorten(requested)}' cannot be used with the Responses API.", "model", "invalid_value");
        }

        var tokenizer = tokenizers.For(model);
        var messages = new ItemParser(model, tokenizer).Parse(root);
        var (tools, toldTools) = ToolFields.Parse(root);
        CommonFields.Check(root);
        CheckPlain(root);
        var encrypts = Includes(root);
        var (format, verbosity) = TextFields.Parse(root, model, messages);
        var (effort, summarises) = ReasoningFields.Parse(root, model);
        var stream = Stream(root);
        var sampling = Sampling(root, model) with { ReasoningEffort = effort, Verbosity = verbosity };
        var limit = CommonFields.Integer(root, "max_output_tokens", LeastLimit, int.MaxValue);
        var further = format?.Schema is { } schema ? tokenizer.Count(schema.GetRawText()) : 0;
        var cuts = CommonFields.Choice(root, "truncation", "auto", "disabled") == "auto";
        var tokens = Fit(messages, cuts, model.ContextWindow, () => PromptTokens.Count(model, tokenizer, messages, tools?.Definitions) + further);
        var shown = model.Can(ModelCapabilities.ReasoningShown);
        var tier = CommonFields.Choice(root, "service_tier", "auto", "default", "flex", "scale", "priority", "fast") is { } asked and not "auto" ? asked : "default";
        var generation = new GenerationRequest
        {
            Model = model,
            RequestedModel = requested,
            Messages = messages,
            Tools = tools,
            Format = format,
            ShowReasoning = shown || summarises,
            PromptTokens = tokens,
            MaxTokens = (int)Math.Min(Math.Min(limit ?? model.MaxOutputTokens, model.MaxOutputTokens), model.ContextWindow - tokens),
            LimitGiven = limit is not null,
            Sampling = sampling,
        };
        return new ResponsesRequest(generation, tier, stream, RepeatedFields.Of(root, model, tier, toldTools))
        {
            Steering = SteeringFields.Of(root),
            Summarises = summarises,
            Encrypts = encrypts,
        };
    }

    private static void OnlyKnown(JsonElement root)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (s_unbuilt.Contains(member.Name))
            {
                if (member.Value.ValueKind != JsonValueKind.Null)
                {
                    throw OpenAiFault.Unsupported(member.Name);
                }
            }
            else if (!s_known.Contains(member.Name) && !SteeringFields.Knows(member.Name))
            {
                throw OpenAiFault.Unknown(OpenAiFault.Shorten(member.Name));
            }
        }
    }

    /// <summary>Fields that change nothing here, but must be right.</summary>
    private static void CheckPlain(JsonElement root)
    {
        if (Fields.Given(root, "background", out var background))
        {
            Fields.Boolean(background, "background");
        }

        if (Fields.Given(root, "previous_response_id", out var previous))
        {
            Fields.String(previous, "previous_response_id");
        }

        if (Fields.Given(root, "conversation", out var conversation) && conversation.ValueKind != JsonValueKind.String)
        {
            Fields.RequiredString(Fields.Object(conversation, "conversation"), "id", "conversation.id");
        }

        CommonFields.Integer(root, "max_tool_calls", 1, int.MaxValue);
        if (CommonFields.Integer(root, "top_logprobs", 0, 20) > 0)
        {
            throw OpenAiFault.Unsupported("top_logprobs");
        }
    }

    /// <summary>Whether encrypted reasoning is asked for. Of what else can be included most is never there; log probabilities are refused.</summary>
    private static bool Includes(JsonElement root)
    {
        if (!Fields.Given(root, "include", out var include))
        {
            return false;
        }

        Fields.Array(include, "include");
        var (index, encrypts) = (0, false);
        foreach (var element in include.EnumerateArray())
        {
            var path = $"include[{(index++).ToString(CultureInfo.InvariantCulture)}]";
            var name = Fields.OneOf(
                element, path, "file_search_call.results", "web_search_call.results", "web_search_call.action.sources", "message.input_image.image_url",
                "computer_call_output.output.image_url", "code_interpreter_call.outputs", Encrypted, "message.output_text.logprobs");
            encrypts |= name == Encrypted;
            if (name == "message.output_text.logprobs")
            {
                throw OpenAiFault.UnsupportedValue(path, $"'{name}'");
            }
        }

        return encrypts;
    }

    private static StreamOptions? Stream(JsonElement root)
    {
        if (Fields.Given(root, "stream_options", out var options))
        {
            Fields.Only(Fields.Object(options, "stream_options"), "stream_options", "include_obfuscation");
        }

        return StreamOptions.Parse(root);
    }

    /// <summary>Reasoning models of OpenAI have no sampling fields.</summary>
    private static Sampling Sampling(JsonElement root, ModelInfo model)
    {
        var sampling = new Sampling { Temperature = CommonFields.Decimal(root, "temperature", 0, 2) ?? 1, TopP = CommonFields.Decimal(root, "top_p", 0, 1) ?? 1 };
        return model.Provider != "openai" || !model.Can(ModelCapabilities.Reasoning) ? sampling
            : sampling.Temperature != 1 ? throw OpenAiFault.Unsupported("temperature")
            : sampling.TopP != 1 ? throw OpenAiFault.Unsupported("top_p")
            : sampling;
    }

    /// <summary>The prompt's tokens. One that is too long loses its oldest items where <c>truncation</c> allows it.</summary>
    private static int Fit(List<PromptMessage> messages, bool cuts, int window, Func<int> count)
    {
        var tokens = count();
        while (tokens >= window)
        {
            var oldest = messages.FindIndex(static m => m.Role is not ("system" or "developer"));
            if (!cuts || oldest < 0 || oldest == messages.Count - 1)
            {
                throw new OpenAiFault(
                    400, "Your input exceeds the context window of this model. Please adjust your input and try again.", "input", "context_length_exceeded");
            }

            messages.RemoveAt(oldest);
            tokens = count();
        }

        return tokens;
    }
}
