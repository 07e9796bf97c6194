using System.Globalization;
using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>An answer with a code block: a small function named after the topic, in the language that the prompt names.</summary>
internal static class CodeSample
{
    private static readonly string[] s_intros =
    [
        "[Here is|This is] a [small|compact|simple] [example|version|starting point] for {T}:",
        "[One way|A straightforward way] to [do this|handle {T}|write this] [looks like this|is the following]:",
    ];

    private static readonly string[] s_notes =
    [
        "It [goes through|walks over] the items [once|a single time], so the [running time|cost] grows [in step|linearly] with the input.",
        "[Empty input|An empty collection] [is handled|falls out naturally], and [nothing is changed in place|the input is left as it was].",
        "[You can|It is easy to] [adapt|change] the condition [to your needs|where {U} {=calls/call} for it].",
        "[For larger inputs|In production], [add|consider] [tests|input checks|logging] around {U}.",
    ];

    public static void Write(StringBuilder text, SeededRandom random, Topic topic, Sentences sentences)
    {
        var language = Language(topic);
        var name = Name(topic);
        text.Append(sentences.Next(s_intros)).Append("\n\n```").Append(language).Append('\n');
        text.Append(Body(language, name, 1 + random.Next(9)));
        text.Append("```\n\n").Append(sentences.Next(s_notes)).Append(' ').Append(sentences.Next(s_notes));
    }

    private static string Language(Topic topic)
    {
        foreach (var phrase in topic.Others.Prepend(topic.Main))
        {
            foreach (var word in phrase.Split(' '))
            {
                switch (word.ToLowerInvariant())
                {
                    case "c#" or "csharp" or ".net" or "dotnet":
                        return "csharp";
                    case "javascript" or "js" or "typescript" or "node":
                        return "javascript";
                    case "sql" or "postgres" or "mysql" or "sqlite":
                        return "sql";
                    case "bash" or "shell":
                        return "bash";
                    default:
                        break;
                }
            }
        }

        return "python";
    }

    /// <summary>The topic's ASCII letters as a snake_case name.</summary>
    private static string Name(Topic topic)
    {
        var name = new StringBuilder(24);
        foreach (var c in topic.Main.ToLowerInvariant())
        {
            if (char.IsAsciiLetterLower(c) || (char.IsAsciiDigit(c) && name.Length > 0))
            {
                name.Append(c);
            }
            else if (c is ' ' or '-' or '_' && name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }

            if (name.Length == 24)
            {
                break;
            }
        }

        var trimmed = name.ToString().Trim('_');
        return trimmed.Length < 2 ? "process_items" : trimmed;
    }

    private static string Body(string language, string name, int limit)
    {
        var n = limit.ToString(CultureInfo.InvariantCulture);
        return language switch
        {
            "csharp" => $"static IReadOnlyList<int> {Pascal(name)}(IEnumerable<int> items)\n{{\n    return items.Where(item => item >= {n}).Order().ToList();\n}}\n\nConsole.WriteLine(string.Join(\", \", {Pascal(name)}([3, 1, 9, {n}])));\n",
            "javascript" => $"function {Camel(name)}(items) {{\n  return items.filter((item) => item >= {n}).sort((a, b) => a - b);\n}}\n\nconsole.log({Camel(name)}([3, 1, 9, {n}]));\n",
            "sql" => $"SELECT id, name, COUNT(*) AS total\nFROM {name}\nWHERE total_items >= {n}\nGROUP BY id, name\nORDER BY total DESC;\n",
            "bash" => $"#!/usr/bin/env bash\nset -euo pipefail\n\n{name}() {{\n  while read -r item; do\n    if (( item >= {n} )); then echo \"$item\"; fi\n  done | sort -n\n}}\n\nprintf '%s\\n' 3 1 9 {n} | {name}\n",
            _ => $"def {name}(items):\n    \"\"\"Return the items that are at least {n}, in order.\"\"\"\n    return sorted(item for item in items if item >= {n})\n\n\nprint({name}([3, 1, 9, {n}]))\n",
        };
    }

    private static string Pascal(string name) =>
        string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));

    private static string Camel(string name) => Pascal(name) is var pascal ? char.ToLowerInvariant(pascal[0]) + pascal[1..] : name;
}
