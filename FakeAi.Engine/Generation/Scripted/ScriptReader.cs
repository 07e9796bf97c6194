using FakeAi.Engine.Generation.Sources;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>
/// Reads the rules of one file, YAML or JSON (which YAML includes). Every error is gathered, with its line and field, so that
/// one look at the log is enough.
/// </summary>
internal sealed class ScriptReader
{
    private const int MostRules = 10_000;
    private const double MostTtftMs = 600_000;
    private const double MostItlMs = 60_000;

    private readonly ScriptFields _fields;

    private ScriptReader(ScriptFields fields) => _fields = fields;

    /// <summary>Reads rules.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="text">What is in it.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static List<ScriptRule> Read(string file, string text, List<string> errors)
    {
        var fields = new ScriptFields(file, errors);
        YamlNode? root;
        try
        {
            // YAML knows no tabs before its first character; JSON has them there, and nowhere else.
            var yaml = new YamlStream();
            yaml.Load(new StringReader(file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? text.Replace('\t', ' ') : text));
            root = yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode;
        }
        catch (YamlException exception)
        {
            errors.Add($"{file}({exception.Start.Line}): {exception.InnerException?.Message ?? exception.Message}");
            return [];
        }

        return root is null ? [] : new ScriptReader(fields).Rules(root);
    }

    private List<ScriptRule> Rules(YamlNode root)
    {
        var rules = new List<ScriptRule>();
        if (_fields.Map(root, "", "rules") is not { } map || !map.TryGetValue("rules", out var list) || _fields.List(list, "rules") is not { } items)
        {
            return rules;
        }

        if (items.Count > MostRules)
        {
            _fields.Wrong(list, "rules", $"more than {MostRules} rules.");
            return rules;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (Rule(items[i], $"rules[{i}]") is { } rule)
            {
                rules.Add(rule);
            }
        }

        return rules;
    }

    private ScriptRule? Rule(YamlNode node, string path)
    {
        var before = _fields.Errors;
        if (_fields.Map(node, path, "name", "match", "reply", "sequence", "times", "timing") is not { } map)
        {
            return null;
        }

        var name = map.TryGetValue("name", out var named) ? _fields.Text(named, $"{path}.name") : null;
        var match = map.TryGetValue("match", out var matching) ? Match(matching, $"{path}.match") : new ScriptMatch();
        var times = map.TryGetValue("times", out var limit) ? _fields.Whole(limit, $"{path}.times", 1, int.MaxValue) : null;
        var timing = map.TryGetValue("timing", out var when) ? Timing(when, $"{path}.timing") : null;
        var replies = new List<ScriptReply?>();
        if (map.TryGetValue("reply", out var reply) == map.TryGetValue("sequence", out var sequence))
        {
            _fields.Wrong(node, path, "a rule has either 'reply' or 'sequence'.");
        }
        else if (reply is not null)
        {
            replies.Add(new ScriptReplyReader(_fields).Read(reply, $"{path}.reply"));
        }
        else if (_fields.List(sequence!, $"{path}.sequence") is { } items)
        {
            if (items.Count == 0)
            {
                _fields.Wrong(sequence!, $"{path}.sequence", "needs at least one reply.");
            }

            replies.AddRange(items.Select((item, i) => new ScriptReplyReader(_fields).Read(item, $"{path}.sequence[{i}]")));
        }

        return _fields.Errors > before ? null : new ScriptRule(name ?? path, match!, [.. replies.Select(static r => r!)], times, timing);
    }

    private ScriptMatch? Match(YamlNode node, string path)
    {
        if (_fields.Map(node, path, "model", "endpoint", "user", "system", "tool_result", "last_role", "tool", "turn") is not { } map)
        {
            return null;
        }

        return new ScriptMatch
        {
            Model = map.TryGetValue("model", out var model) && _fields.Text(model, $"{path}.model") is { } glob ? TextTest.Glob(glob) : null,
            Endpoint = map.TryGetValue("endpoint", out var endpoint) && _fields.Text(endpoint, $"{path}.endpoint") is { } route ? TextTest.Glob(route) : null,
            User = Test(map, "user", path),
            System = Test(map, "system", path),
            ToolResult = Test(map, "tool_result", path),
            LastRole = map.TryGetValue("last_role", out var role)
                ? _fields.OneOf(role, $"{path}.last_role", "user", "assistant", "system", "developer", "tool", "function") : null,
            Tool = map.TryGetValue("tool", out var tool) ? _fields.Text(tool, $"{path}.tool") : null,
            Turn = map.TryGetValue("turn", out var turn) ? _fields.Whole(turn, $"{path}.turn", 0, int.MaxValue) : null,
        };
    }

    /// <summary>A text, which must be contained, or one of <c>contains</c>, <c>equals</c>, <c>regex</c>.</summary>
    private TextTest? Test(Dictionary<string, YamlNode> map, string key, string path)
    {
        if (!map.TryGetValue(key, out var node))
        {
            return null;
        }

        path = $"{path}.{key}";
        if (node is YamlScalarNode)
        {
            return _fields.Text(node, path) is { } text ? TextTest.Containing(text) : null;
        }

        if (_fields.Map(node, path, "contains", "equals", "regex") is not { } test)
        {
            return null;
        }

        if (test.Count != 1)
        {
            _fields.Wrong(node, path, "expected exactly one of 'contains', 'equals', 'regex'.");
            return null;
        }

        var (kind, value) = test.First();
        if (_fields.Text(value, $"{path}.{kind}") is not { } wanted)
        {
            return null;
        }

        try
        {
            return kind switch
            {
                "contains" => TextTest.Containing(wanted),
                "equals" => TextTest.Same(wanted),
                _ => TextTest.Matching(wanted),
            };
        }
        catch (ArgumentException exception)
        {
            _fields.Wrong(value, $"{path}.{kind}", exception.Message);
            return null;
        }
    }

    private AnswerTiming? Timing(YamlNode node, string path)
    {
        return _fields.Map(node, path, "ttft_ms", "itl_ms") is { } map
            ? new AnswerTiming(Microseconds(map, "ttft_ms", path, MostTtftMs), Microseconds(map, "itl_ms", path, MostItlMs))
            : null;
    }

    private long? Microseconds(Dictionary<string, YamlNode> map, string key, string path, double most) =>
        map.TryGetValue(key, out var node) && _fields.Number(node, $"{path}.{key}", 0, most) is { } ms ? (long)decimal.Round((decimal)ms * 1000) : null;
}
