using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>What OpenAI's reasoning models refuse, and what only they accept.</summary>
internal static class ModelRules
{
    public static void Check(JsonElement root, ModelInfo model, Sampling sampling)
    {
        if (!string.Equals(model.Provider, "openai", StringComparison.Ordinal))
        {
            return;
        }

        if (!model.Can("reasoning"))
        {
            if (sampling.ReasoningEffort is not null)
            {
                throw new OpenAiFault(400, "Unrecognized request argument supplied: reasoning_effort");
            }

            return;
        }

        if (!Fields.IsNull(Fields.Member(root, "max_tokens")))
        {
            throw new OpenAiFault(
                400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                "max_tokens", "unsupported_parameter");
        }

        Default("temperature", sampling.Temperature, 1);
        Default("top_p", sampling.TopP, 1);
        Default("presence_penalty", sampling.PresencePenalty, 0);
        Default("frequency_penalty", sampling.FrequencyPenalty, 0);
        foreach (var name in (ReadOnlySpan<string>)["stop", "logit_bias", "top_logprobs"])
        {
            if (!Fields.IsNull(Fields.Member(root, name)))
            {
                throw OpenAiFault.Unsupported(name);
            }
        }

        if (Fields.Member(root, "logprobs").ValueKind == JsonValueKind.True)
        {
            throw OpenAiFault.Unsupported("logprobs");
        }
    }

    private static void Default(string name, double value, double only)
    {
        if (value != only)
        {
            throw new OpenAiFault(
                400,
                string.Create(CultureInfo.InvariantCulture, $"Unsupported value: '{name}' does not support {value} with this model. Only the default ({only}) value is supported."),
                name,
                "unsupported_value");
        }
    }
}
