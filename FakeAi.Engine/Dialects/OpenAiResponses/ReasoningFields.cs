using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>Reads <c>reasoning</c>.</summary>
internal static class ReasoningFields
{
    /// <summary>The effort and whether a summary is wanted, checked against what the model can.</summary>
    public static (string? Effort, bool Summarises) Parse(JsonElement root, ModelInfo model)
    {
        if (!Fields.Given(root, "reasoning", out var reasoning))
        {
            return (null, false);
        }

        Fields.Only(Fields.Object(reasoning, "reasoning"), "reasoning", "effort", "summary", "generate_summary");
        string? effort = Fields.Given(reasoning, "effort", out var value)
            ? Fields.OneOf(value, "reasoning.effort", "none", "minimal", "low", "medium", "high", "xhigh", "max")
            : null;
        foreach (var name in (ReadOnlySpan<string>)["summary", "generate_summary"])
        {
            if (Fields.Given(reasoning, name, out value))
            {
                Fields.OneOf(value, $"reasoning.{name}", "auto", "concise", "detailed");
            }
        }

        var summary = Summary(reasoning);
        return (effort is null && summary is null) || model.Can(ModelCapabilities.Reasoning) ? (effort, summary is not null)
            : throw OpenAiFault.Unsupported(effort is null ? "reasoning.summary" : "reasoning.effort");
    }

    /// <summary>The summary that a checked <c>reasoning</c> asks for, as it is told back; null for none.</summary>
    public static string? Summary(JsonElement reasoning)
    {
        var asked = Fields.Given(reasoning, "summary", out var value) || Fields.Given(reasoning, "generate_summary", out value) ? value.GetString() : null;
        return asked is "auto" ? "detailed" : asked;
    }
}
