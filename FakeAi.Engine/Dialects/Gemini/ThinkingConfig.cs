using System.Globalization;
using FakeAi.Contracts.Catalogue;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Reads <c>thinkingConfig</c>: budgets and levels become efforts, see <see cref="Generation.Thinking"/>.</summary>
internal static class ThinkingConfig
{
    private const int Dynamic = -1;

    /// <summary>The effort, null for the model's own; and whether thoughts are told.</summary>
    public static (string? Effort, bool Shown) Read(ProtoMessage config, ModelInfo model)
    {
        if (config.Message("thinking_config", "ThinkingConfig", "include_thoughts", "thinking_budget", "thinking_level") is not { } thinking)
        {
            return (null, false);
        }

        var shown = thinking.Boolean("include_thoughts");
        var budget = thinking.Integer("thinking_budget");
        var level = thinking.Enumeration("thinking_level", "ThinkingConfig.ThinkingLevel", "THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH");
        if (!model.Can(ModelCapabilities.Reasoning))
        {
            return budget is null or 0 && level is null && !shown
                ? (null, false)
                : throw GeminiWords.InvalidArgument("Unable to submit request because Thinking is not supported by this model.");
        }

        if (budget is not null && level is not null)
        {
            throw GeminiWords.InvalidArgument("You can only set only one of thinking budget and thinking level.");
        }

        if (budget is { } tokens)
        {
            Check(tokens, model);
            return (tokens == Dynamic ? null : EffortOf(tokens), shown);
        }

        return level switch
        {
            null or "THINKING_LEVEL_UNSPECIFIED" => (null, shown),
            _ when IsVersion2(model) => throw GeminiWords.InvalidArgument("Thinking level is not supported for this model."),
            _ => (level.ToLowerInvariant(), shown),
        };
    }

    /// <summary>The bounds of Google's page "Thinking".</summary>
    private static void Check(int budget, ModelInfo model)
    {
        var pro = model.Id.Contains("-pro", StringComparison.Ordinal);
        var lite = model.Id.Contains("-lite", StringComparison.Ordinal);
        var (least, most) = pro ? (128, 32_768) : (lite ? 512 : 1, 24_576);
        if (budget == 0 && pro)
        {
            throw GeminiWords.InvalidArgument("Budget 0 is invalid. This model only works in thinking mode.");
        }

        if (budget is not (Dynamic or 0) && (budget < least || budget > most))
        {
            throw GeminiWords.InvalidArgument(string.Create(
                CultureInfo.InvariantCulture, $"The thinking budget {budget} is invalid. Please choose a value between {least} and {most}."));
        }
    }

    private static bool IsVersion2(ModelInfo model) => model.Id.StartsWith("gemini-2", StringComparison.Ordinal);

    /// <summary>The greatest effort whose longest thinking stays within a budget.</summary>
    private static string EffortOf(int budget) => budget switch
    {
        0 => "none",
        < 640 => "low",
        < 1_600 => "medium",
        < 3_840 => "high",
        < 7_680 => "xhigh",
        _ => "max",
    };
}
