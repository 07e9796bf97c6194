using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>Reads replies.</summary>
internal sealed class ScriptReplyReader(ScriptFields fields)
{
    private const int Deepest = 32;
    private const int MostCalls = 128;

    /// <summary>Reads a reply; null where something is wrong with it, which is then told.</summary>
    public ScriptReply? Read(YamlNode node, string path)
    {
        if (node is YamlScalarNode)
        {
            return Template(node, path) is { } whole ? new ScriptReply([new ScriptText(PartKind.Content, whole)], [], null) : null;
        }

        if (fields.Map(node, path, "reasoning", "content", "refusal", "tool_calls", "finish_reason") is not { } map)
        {
            return null;
        }

        var texts = new List<ScriptText>();
        foreach (var (key, kind) in (ReadOnlySpan<(string, PartKind)>)
            [("reasoning", PartKind.Reasoning), ("content", PartKind.Content), ("refusal", PartKind.Refusal)])
        {
            if (map.TryGetValue(key, out var text) && Template(text, $"{path}.{key}") is { } template)
            {
                texts.Add(new ScriptText(kind, template));
            }
        }

        var calls = new List<ScriptCall>();
        if (map.TryGetValue("tool_calls", out var list) && fields.List(list, $"{path}.tool_calls") is { } items)
        {
            if (items.Count > MostCalls)
            {
                fields.Wrong(list, $"{path}.tool_calls", $"more than {MostCalls} calls.");
                return null;
            }

            for (var i = 0; i < items.Count; i++)
            {
                if (Call(items[i], $"{path}.tool_calls[{i}]") is { } call)
                {
                    calls.Add(call);
                }
            }
        }

        var finish = map.TryGetValue("finish_reason", out var end) ? Finish(end, $"{path}.finish_reason") : null;
        if (texts.Count == 0 && calls.Count == 0)
        {
            fields.Wrong(node, path, "a reply needs 'content', 'refusal', 'reasoning' or 'tool_calls'.");
        }

        return new ScriptReply(texts, calls, finish);
    }

    private FinishReason? Finish(YamlNode node, string path) =>
        fields.OneOf(node, path, "stop", "length", "tool_calls", "content_filter") switch
        {
            "length" => FinishReason.Length,
            "tool_calls" => FinishReason.ToolCalls,
            "content_filter" => FinishReason.ContentFilter,
            "stop" => FinishReason.Stop,
            _ => null,
        };

    private ScriptCall? Call(YamlNode node, string path)
    {
        if (fields.Map(node, path, "name", "arguments") is not { } map)
        {
            return null;
        }

        if (!map.TryGetValue("name", out var named))
        {
            fields.Wrong(node, path, "a call needs 'name'.");
            return null;
        }

        var name = Template(named, $"{path}.name");
        map.TryGetValue("arguments", out var arguments);
        var text = arguments is YamlScalarNode ? Template(arguments, $"{path}.arguments") : null;
        var values = arguments is null or YamlScalarNode ? null : Arguments(arguments, $"{path}.arguments", 0);
        return name is null ? null : new ScriptCall(name, text, values);
    }

    private ScriptArguments? Arguments(YamlNode node, string path, int depth)
    {
        if (depth > Deepest)
        {
            fields.Wrong(node, path, $"deeper than {Deepest} levels.");
            return null;
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var members = new List<(string, ScriptArguments)>();
                foreach (var (key, value) in mapping.Children)
                {
                    if (key is YamlScalarNode { Value: { } name } && Arguments(value, $"{path}.{name}", depth + 1) is { } member)
                    {
                        members.Add((name, member));
                    }
                }

                return new ScriptArguments(null, members, null, "");
            case YamlSequenceNode sequence:
                var items = sequence.Children.Select((item, i) => Arguments(item, $"{path}[{i}]", depth + 1)).ToArray();
                return Array.TrueForAll(items, static i => i is not null) ? new ScriptArguments(null, null, [.. items.Select(static i => i!)], "") : null;
            default:
                return Plain(node) is { } plain ? new ScriptArguments(null, null, null, plain)
                    : Template(node, path) is { } template ? new ScriptArguments(template, null, null, "")
                    : null;
        }
    }

    /// <summary>A number, boolean or null as JSON; null for a text. Quoted scalars are texts, as YAML's core schema has it.</summary>
    private static string? Plain(YamlNode node)
    {
        if (node is not YamlScalarNode { Style: ScalarStyle.Plain } scalar)
        {
            return null;
        }

        switch (scalar.Value)
        {
            case null or "" or "null" or "~" or "Null" or "NULL":
                return "null";
            case "true" or "True" or "TRUE":
                return "true";
            case "false" or "False" or "FALSE":
                return "false";
            default:
                return decimal.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonSerializer.Serialize(number) : null;
        }
    }

    private ScriptTemplate? Template(YamlNode node, string path)
    {
        if (fields.Text(node, path) is not { } text)
        {
            return null;
        }

        try
        {
            return ScriptTemplate.Parse(text);
        }
        catch (FormatException exception)
        {
            fields.Wrong(node, path, exception.Message);
            return null;
        }
    }
}
