using System.Buffers;
using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Checks and reads <c>tools</c> and their older form <c>functions</c>.</summary>
internal static class ToolParser
{
    private const int MostTools = 128;

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>The tools that the answer may call; null where none are given.</summary>
    /// <param name="root">The request.</param>
    /// <param name="functions">Whether they came in the older form.</param>
    public static ToolOffer? Parse(JsonElement root, out bool functions)
    {
        var tools = Fields.Member(root, "tools");
        var older = Fields.Member(root, "functions");
        var given = new List<ToolDefinition>();
        if (!Fields.IsNull(tools))
        {
            Fields.Array(tools, "tools", most: MostTools, of: "an array of objects");
            Each(tools, "tools", (tool, path) => given.Add(Tool(tool, path)));
        }

        var olderTools = new List<ToolDefinition>();
        if (!Fields.IsNull(older))
        {
            Fields.Array(older, "functions", least: 1, most: MostTools, of: "an array of objects");
            Each(older, "functions", (function, path) => olderTools.Add(Function(function, path)));
        }

        var offer = ToolChoiceParser.Parse(Fields.Member(root, "tool_choice"), given);
        var olderOffer = ToolChoiceParser.ParseFunctionCall(Fields.Member(root, "function_call"), olderTools);
        var parallel = true;
        var parallelElement = Fields.Member(root, "parallel_tool_calls");
        if (!Fields.IsNull(parallelElement))
        {
            parallel = Fields.Boolean(parallelElement, "parallel_tool_calls");
            ToolChoiceParser.RequireTools(!Fields.IsNull(tools), "parallel_tool_calls", "tools");
        }

        functions = Fields.IsNull(tools) && !Fields.IsNull(older);
        return functions ? new ToolOffer(olderOffer.Callable, Fields.Canonical(older), olderOffer.Mode, Parallel: false)
            : Fields.IsNull(tools) ? null
            : new ToolOffer(offer.Callable, Fields.Canonical(tools), offer.Mode, parallel);
    }

    private static ToolDefinition Tool(JsonElement tool, string path)
    {
        if (!tool.TryGetProperty("type", out var typeElement))
        {
            throw OpenAiFault.Missing($"{path}.type");
        }

        var type = Fields.OneOf(typeElement, $"{path}.type", "function", "custom");
        if (!tool.TryGetProperty(type, out var inner))
        {
            throw OpenAiFault.Missing($"{path}.{type}");
        }

        Fields.Object(inner, $"{path}.{type}");
        return type == "function" ? Function(inner, $"{path}.function") : Custom(inner, $"{path}.custom");
    }

    /// <summary>Reads a function.</summary>
    public static ToolDefinition Function(JsonElement function, string path)
    {
        var (name, description) = Head(function, path);
        var parameters = Fields.Member(function, "parameters");
        JsonElement? schema = null;
        if (!Fields.IsNull(parameters))
        {
            schema = JsonElement.Parse(Fields.Canonical(Fields.Object(parameters, $"{path}.parameters")));
        }

        var strictElement = Fields.Member(function, "strict");
        var strict = !Fields.IsNull(strictElement) && Fields.Boolean(strictElement, $"{path}.strict");
        var param = $"{path}.parameters";
        if (schema is { } given && StrictSchemaCheck.Function(name, given, param, strict) is { } fault)
        {
            throw OpenAiFault.WrongSchema(fault);
        }

        return new ToolDefinition(name, description, schema) { Param = param };
    }

    /// <summary>Reads a custom tool.</summary>
    /// <param name="custom">The tool.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="flat">Whether the grammar's members stand in the format itself, as in responses.</param>
    public static ToolDefinition Custom(JsonElement custom, string path, bool flat = false)
    {
        var (name, description) = Head(custom, path);
        var format = Fields.Member(custom, "format");
        if (Fields.IsNull(format))
        {
            return new ToolDefinition(name, description, null, new CustomInput(null));
        }

        Fields.Object(format, $"{path}.format");
        var type = format.TryGetProperty("type", out var typeElement)
            ? Fields.OneOf(typeElement, $"{path}.format.type", "text", "grammar")
            : throw OpenAiFault.Missing($"{path}.format.type");
        if (type == "text")
        {
            return new ToolDefinition(name, description, null, new CustomInput(null));
        }

        var grammarPath = flat ? $"{path}.format" : $"{path}.format.grammar";
        var grammar = flat ? format : format.TryGetProperty("grammar", out var inner) ? Fields.Object(inner, grammarPath) : throw OpenAiFault.Missing(grammarPath);
        var definition = Fields.RequiredString(grammar, "definition", $"{grammarPath}.definition");
        var syntaxPath = $"{grammarPath}.syntax";
        var syntax = grammar.TryGetProperty("syntax", out var syntaxElement)
            ? Fields.OneOf(syntaxElement, syntaxPath, "lark", "regex")
            : throw OpenAiFault.Missing(syntaxPath);
        if (syntax == "lark")
        {
            // No text by this grammar can be made here; one that ignores it would be a wrong answer.
            throw OpenAiFault.UnsupportedValue(syntaxPath, "'lark'");
        }

        var pattern = JsonElement.Parse($"{{\"type\":\"string\",\"pattern\":\"{JsonEncodedText.Encode(definition)}\"}}");
        if (!SchemaSynthesizer.TrySynthesize(pattern, new SeededRandom(0), SchemaHints.None, out _, out var fault))
        {
            var at = $"{grammarPath}.definition";
            throw new OpenAiFault(400, $"Invalid '{at}': no text by this regular expression can be made. {fault!.Message}", at, "invalid_value");
        }

        return new ToolDefinition(name, description, null, new CustomInput(pattern)) { Param = $"{grammarPath}.definition" };
    }

    private static (string Name, string? Description) Head(JsonElement tool, string path)
    {
        var name = Fields.RequiredString(tool, "name", $"{path}.name");
        if (name.Length is 0 or > 64 || name.AsSpan().IndexOfAnyExcept(s_nameCharacters) >= 0)
        {
            throw new OpenAiFault(
                400, $"Invalid '{path}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                $"{path}.name", "invalid_value");
        }

        var description = Fields.Member(tool, "description");
        return (name, Fields.IsNull(description) ? null : Fields.String(description, $"{path}.description"));
    }

    private static void Each(JsonElement array, string name, Action<JsonElement, string> check)
    {
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            var path = $"{name}[{index++.ToString(CultureInfo.InvariantCulture)}]";
            check(Fields.Object(element, path), path);
        }
    }
}
