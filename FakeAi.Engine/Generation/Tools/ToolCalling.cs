using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Tools;

/// <summary>Makes the calls that <see cref="ToolSelection"/> planned: ids, and arguments that conform to the tools' schemas.</summary>
internal static class ToolCalling
{
    private const ulong Purpose = 0x7001;
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static AnswerDraft Draft(IReadOnlyList<PlannedCall> calls, ToolOffer offer, ulong seed)
    {
        var parts = new DraftPart[calls.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            // Each call draws from a seed of its own: how many there are changes none of them.
            var random = new SeededRandom(SeedHash.Derive(SeedHash.Derive(seed, Purpose), (ulong)i));
            var id = "call_" + random.NextText(Base62, 24);
            var (tool, prompt) = calls[i];
            parts[i] = new DraftPart(PartKind.ToolCall, Input(tool, prompt, random), new CalledTool(id, tool.Name, tool.Custom is not null));
        }

        return new AnswerDraft(parts, offer.Mode == ToolMode.Named ? FinishReason.Stop : FinishReason.ToolCalls);
    }

    private static string Input(ToolDefinition tool, string prompt, SeededRandom random) => tool switch
    {
        { Custom.Schema: { } pattern } => StructuredContent.Text(pattern, prompt, random, tool.Param, $"custom tool '{tool.Name}'"),
        { Custom: not null } => prompt,
        { Parameters: { } schema } => StructuredContent.Json(schema, prompt, random, tool.Param, $"function '{tool.Name}'"),
        _ => "{}",
    };
}
