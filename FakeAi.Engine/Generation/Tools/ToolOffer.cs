using System.Text.Json;

namespace FakeAi.Engine.Generation.Tools;

/// <summary>The tools that an answer may call.</summary>
/// <param name="Tools">Those that may be called; at least one unless <paramref name="Mode"/> is <see cref="ToolMode.None"/>.</param>
/// <param name="Definitions">All that were sent, callable or not, as canonical JSON: part of the prompt.</param>
/// <param name="Mode">Whether a call is the model's choice.</param>
/// <param name="Parallel">Whether one answer may call several tools.</param>
internal sealed record ToolOffer(IReadOnlyList<ToolDefinition> Tools, string Definitions, ToolMode Mode, bool Parallel);

/// <summary>One tool.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for, if told.</param>
/// <param name="Parameters">The JSON Schema of its arguments; null for a tool without any.</param>
/// <param name="Custom">Set for a custom tool, whose input is free text.</param>
internal sealed record ToolDefinition(string Name, string? Description, JsonElement? Parameters, CustomInput? Custom = null)
{
    /// <summary>Where the client wrote the schema of its input, such as <c>tools[0].function.parameters</c>.</summary>
    public string Param { get; init; } = "tools";
}

/// <summary>The input of a custom tool.</summary>
/// <param name="Schema">A string schema whose pattern the input must match; null for any text.</param>
internal sealed record CustomInput(JsonElement? Schema);

internal enum ToolMode
{
    /// <summary>The model decides, see <see cref="ToolSelection"/>.</summary>
    Auto,

    /// <summary>No call.</summary>
    None,

    /// <summary>At least one call.</summary>
    Required,

    /// <summary>The client named the one tool to call; the answer then ends with <see cref="FinishReason.Stop"/>, as OpenAI's do.</summary>
    Named,
}
