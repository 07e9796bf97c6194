using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>A text with places to fill: <c>{{user}}</c>, <c>{{match.1}}</c>, <c>{{json user}}</c>. Everything else is said as it stands.</summary>
internal sealed class ScriptTemplate
{
    private static readonly string[] s_names = ["user", "system", "tool_result", "model", "turn", "endpoint"];

    private readonly List<(string Text, string? Name, bool AsJson)> _segments = [];

    private ScriptTemplate()
    {
    }

    /// <summary>How JSON is spelled in answers: without escapes that nobody needs.</summary>
    public static JsonSerializerOptions Json { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a template.</summary>
    /// <exception cref="FormatException">It names something that does not exist, or does not end.</exception>
    public static ScriptTemplate Parse(string text)
    {
        var template = new ScriptTemplate();
        var at = 0;
        while (true)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0)
            {
                template._segments.Add((text[at..], null, false));
                return template;
            }

            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                throw new FormatException("'{{' has no '}}'.");
            }

            template._segments.Add((text[at..open], null, false));
            var name = text[(open + 2)..close].Trim();
            var asJson = name.StartsWith("json ", StringComparison.Ordinal);
            name = asJson ? name[5..].Trim() : name;
            if (!s_names.Contains(name) && name != "match" && !name.StartsWith("match.", StringComparison.Ordinal))
            {
                throw new FormatException($"'{{{{{name}}}}}' is unknown; known are {string.Join(", ", s_names)}, match, match.1, match.<name>, each also after 'json '.");
            }

            template._segments.Add(("", name, asJson));
            at = close + 2;
        }
    }

    /// <summary>Fills the places. What was not captured, or is not there, is empty.</summary>
    public string Render(ScriptValues values)
    {
        if (_segments.Count == 1)
        {
            return _segments[0].Text;
        }

        var text = new StringBuilder();
        foreach (var (plain, name, asJson) in _segments)
        {
            var value = name is null ? plain : Value(name, values);
            text.Append(asJson ? JsonSerializer.Serialize(value, Json) : value);
        }

        return text.ToString();
    }

    private static string Value(string name, ScriptValues values) => name switch
    {
        "user" => values.Input.User,
        "system" => values.Input.System,
        "tool_result" => values.Input.ToolResult ?? "",
        "model" => values.Input.Request.RequestedModel,
        "turn" => values.Input.Turn.ToString(CultureInfo.InvariantCulture),
        "endpoint" => values.Input.Endpoint,
        "match" => values.Groups.GetValueOrDefault("0", ""),
        _ => values.Groups.GetValueOrDefault(name[6..], ""),
    };
}
