using System.Text.Json.Nodes;
using FakeAi.Engine.Generation.Sources;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>One rule of a script: when it applies, and the replies it gives one after the other. Counts its uses; thread-safe.</summary>
/// <param name="name">What to call it in messages.</param>
/// <param name="match">When it applies.</param>
/// <param name="replies">The replies; the last one repeats.</param>
/// <param name="times">How often it applies at most; null: always.</param>
/// <param name="timing">When its answers come; null leaves it to the model.</param>
internal sealed class ScriptRule(string name, ScriptMatch match, IReadOnlyList<ScriptReply> replies, int? times, AnswerTiming? timing)
{
    private long _uses;

    public string Name { get; } = name;

    public IReadOnlyList<ScriptReply> Replies { get; } = replies;

    /// <summary>The answer, if the rule applies and is not used up.</summary>
    public SourcedAnswer? TryAnswer(ScriptInput input)
    {
        if ((times is not null && Volatile.Read(ref _uses) >= times) || !match.Holds(input, out var values))
        {
            return null;
        }

        var use = Interlocked.Increment(ref _uses) - 1;
        return use >= times
            ? null
            : new SourcedAnswer(Replies[(int)Math.Min(use, Replies.Count - 1)].Render(new ScriptValues(input, values), use), timing);
    }
}

/// <summary>A reply of a rule.</summary>
/// <param name="Parts">Its parts of text, in the order in which they are told.</param>
/// <param name="Calls">The tools that it calls.</param>
/// <param name="Finish">How it ends; null: by its parts.</param>
internal sealed record ScriptReply(IReadOnlyList<ScriptText> Parts, IReadOnlyList<ScriptCall> Calls, FinishReason? Finish)
{
    /// <summary>Fills the templates.</summary>
    public AnswerDraft Render(ScriptValues values, long use)
    {
        var parts = new List<DraftPart>(Parts.Count + Calls.Count);
        foreach (var part in Parts)
        {
            parts.Add(new DraftPart(part.Kind, part.Template.Render(values)));
        }

        for (var i = 0; i < Calls.Count; i++)
        {
            parts.Add(Calls[i].Render(values, use, i));
        }

        return new AnswerDraft(parts, Finish);
    }
}

/// <summary>A part of text.</summary>
/// <param name="Kind">Reasoning, content or refusal.</param>
/// <param name="Template">The text.</param>
internal sealed record ScriptText(PartKind Kind, ScriptTemplate Template);

/// <summary>A call of a tool.</summary>
/// <param name="Name">The tool.</param>
/// <param name="Text">The arguments as a text; null where they are given as values.</param>
/// <param name="Arguments">The arguments as values, whose texts are templates.</param>
internal sealed record ScriptCall(ScriptTemplate Name, ScriptTemplate? Text, ScriptArguments? Arguments)
{
    public DraftPart Render(ScriptValues values, long use, int index)
    {
        var name = Name.Render(values);
        var text = Text?.Render(values) ?? Arguments?.Render(values)?.ToJsonString(ScriptTemplate.Json) ?? "{}";
        return new DraftPart(PartKind.ToolCall, text, new CalledTool(values.CallId(name, text, use, index), name, IsCustom: false));
    }
}

/// <summary>A JSON value whose texts are templates.</summary>
/// <param name="Template">Set for a text.</param>
/// <param name="Members">Set for an object.</param>
/// <param name="Items">Set for an array.</param>
/// <param name="Plain">Numbers, booleans and null, as JSON.</param>
internal sealed record ScriptArguments(
    ScriptTemplate? Template, IReadOnlyList<(string Key, ScriptArguments Value)>? Members, IReadOnlyList<ScriptArguments>? Items, string Plain)
{
    public JsonNode? Render(ScriptValues values)
    {
        if (Template is not null)
        {
            return JsonValue.Create(Template.Render(values));
        }

        if (Members is not null)
        {
            var result = new JsonObject();
            foreach (var (key, value) in Members)
            {
                result[key] = value.Render(values);
            }

            return result;
        }

        return Items is null ? JsonNode.Parse(Plain) : new JsonArray([.. Items.Select(i => i.Render(values))]);
    }
}
