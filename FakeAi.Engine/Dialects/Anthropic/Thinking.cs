using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation.Tools;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>What <c>thinking</c> asks for.</summary>
/// <param name="On">Whether the model thinks.</param>
/// <param name="Shown">Whether its thinking is told.</param>
/// <param name="Effort">How much, in the words of <see cref="Generation.Sampling.ReasoningEffort"/>.</param>
internal readonly record struct Thinking(bool On, bool Shown, string Effort)
{
    private const int LeastBudget = 1024;

    /// <param name="root">The request.</param>
    /// <param name="model">The model.</param>
    /// <param name="maxTokens">The limit that thinking counts towards.</param>
    /// <param name="tools">Whether tools must be called.</param>
    /// <param name="effort">The effort that the request names for adaptive thinking.</param>
    public static Thinking Parse(JsonElement root, ModelInfo model, long maxTokens, ToolMode? tools, string? effort)
    {
        if (!Fields.Given(root, "thinking", out var thinking))
        {
            return new Thinking(false, false, "none");
        }

        var type = Fields.Tag(thinking, "thinking", "adaptive", "disabled", "enabled");
        if (type == "disabled")
        {
            Fields.Only(thinking, "thinking.disabled", "type");
            return new Thinking(false, false, "none");
        }

        if (!model.Can(ModelCapabilities.Reasoning))
        {
            throw AnthropicWords.Wrong($"'{model.Id}' does not support thinking.");
        }

        var path = $"thinking.{type}";
        var shown = !Fields.Given(thinking, "display", out var display) || Fields.OneOf(display, $"{path}.display", "summarized", "omitted") == "summarized";
        if (tools is ToolMode.Required or ToolMode.Named)
        {
            throw AnthropicWords.Wrong("Thinking may not be enabled when tool_choice forces tool use.");
        }

        if (type == "adaptive")
        {
            Fields.Only(thinking, path, "type", "display");
            return new Thinking(true, shown, effort ?? "high");
        }

        Fields.Only(thinking, path, "type", "budget_tokens", "display");
        var budget = Fields.Integer(Fields.Required(thinking, "budget_tokens", $"{path}.budget_tokens"), $"{path}.budget_tokens", LeastBudget);
        return budget < maxTokens ? new Thinking(true, shown, EffortOf(budget)) : throw AnthropicWords.Wrong(
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size");
    }

    /// <summary>The greatest effort whose longest thinking stays within a budget, see <see cref="Generation.Thinking"/>.</summary>
    private static string EffortOf(long budget) => budget switch
    {
        < 2_048 => "medium",
        < 4_096 => "high",
        < 8_192 => "xhigh",
        _ => "max",
    };
}
