using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Generation.Tools;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>Reads <c>tools</c> and <c>tool_choice</c>, which in this API stand flat. Tools that OpenAI runs itself are refused.</summary>
internal static class ToolFields
{
    private const int MostTools = 128;

    private static readonly string[] s_hosted =
    [
        "apply_patch", "code_interpreter", "computer", "computer_use_preview", "file_search", "image_generation", "local_shell", "mcp", "namespace", "shell",
        "tool_search", "web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11",
    ];

    /// <summary>The tools that the answer may call, null where none are given; and all of them as answers repeat them.</summary>
    public static (ToolOffer? Offer, string Told) Parse(JsonElement root)
    {
        var given = new List<ToolDefinition>();
        var told = new List<string>();
        if (Fields.Given(root, "tools", out var tools))
        {
            Fields.Array(tools, "tools", most: MostTools, of: "an array of objects");
            foreach (var tool in tools.EnumerateArray())
            {
                var path = $"tools[{given.Count.ToString(CultureInfo.InvariantCulture)}]";
                var (definition, text) = Tool(Fields.Object(tool, path), path);
                given.Add(definition);
                told.Add(text);
            }
        }

        var (callable, mode) = Choice(Fields.Member(root, "tool_choice"), given);
        var parallel = !Fields.Given(root, "parallel_tool_calls", out var flag) || Fields.Boolean(flag, "parallel_tool_calls");
        return (given.Count == 0 ? null : new ToolOffer(callable, Fields.Canonical(tools), mode, parallel), $"[{string.Join(',', told)}]");
    }

    private static (ToolDefinition Definition, string Told) Tool(JsonElement tool, string path)
    {
        var type = tool.TryGetProperty("type", out var typeElement)
            ? Fields.OneOf(typeElement, $"{path}.type", ["function", "custom", .. s_hosted])
            : throw OpenAiFault.Missing($"{path}.type");
        switch (type)
        {
            case "function":
                Fields.Only(tool, path, "type", "name", "description", "parameters", "strict");
                var function = ToolParser.Function(tool, path);
                return (function, Told(tool, function));
            case "custom":
                Fields.Only(tool, path, "type", "name", "description", "format");
                return (ToolParser.Custom(tool, path, flat: true), Fields.Canonical(tool));
            default:
                throw Hosted(type, $"{path}.type");
        }
    }

    /// <summary>A function as answers repeat it: strict unless told otherwise, where its schema is one that strict mode takes.</summary>
    private static string Told(JsonElement tool, ToolDefinition function) => System.Text.Encoding.UTF8.GetString(JsonText.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteString("description"u8, function.Description);
        json.WriteString("name"u8, function.Name);
        json.WritePropertyName("parameters"u8);
        if (function.Parameters is { } parameters)
        {
            parameters.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteBoolean("strict"u8, Fields.Given(tool, "strict", out var strict)
            ? strict.GetBoolean()
            : function.Parameters is { } schema && StrictSchemaCheck.Function(function.Name, schema, function.Param, strict: true) is null);
        json.WriteEndObject();
    }));

    private static (IReadOnlyList<ToolDefinition> Callable, ToolMode Mode) Choice(JsonElement choice, List<ToolDefinition> tools)
    {
        const string Path = "tool_choice";
        if (Fields.IsNull(choice))
        {
            return (tools, tools.Count == 0 ? ToolMode.None : ToolMode.Auto);
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            var text = Fields.OneOf(choice, Path, "none", "auto", "required");
            return text == "required" && tools.Count == 0
                ? throw new OpenAiFault(400, "Tool choice 'required' must be specified with 'tools' parameter.", Path)
                : (tools, text == "none" || tools.Count == 0 ? ToolMode.None : text == "required" ? ToolMode.Required : ToolMode.Auto);
        }

        if (choice.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiFault.WrongType(Path, "one of a tool choice object or string", choice);
        }

        var type = choice.TryGetProperty("type", out var typeElement)
            ? Fields.OneOf(typeElement, $"{Path}.type", ["function", "custom", "allowed_tools", .. s_hosted])
            : throw OpenAiFault.Missing($"{Path}.type");
        return type == "allowed_tools" ? Allowed(choice, tools) : ([Named(choice, type, Path, tools)], ToolMode.Named);
    }

    private static (IReadOnlyList<ToolDefinition> Callable, ToolMode Mode) Allowed(JsonElement choice, List<ToolDefinition> tools)
    {
        Fields.Only(choice, "tool_choice", "type", "mode", "tools");
        var mode = choice.TryGetProperty("mode", out var modeElement)
            ? Fields.OneOf(modeElement, "tool_choice.mode", "auto", "required")
            : throw OpenAiFault.Missing("tool_choice.mode");
        if (!choice.TryGetProperty("tools", out var list))
        {
            throw OpenAiFault.Missing("tool_choice.tools");
        }

        Fields.Array(list, "tool_choice.tools", least: 1, of: "an array of objects");
        var callable = new List<ToolDefinition>();
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var path = $"tool_choice.tools[{(index++).ToString(CultureInfo.InvariantCulture)}]";
            Fields.Object(element, path);
            var type = element.TryGetProperty("type", out var typeElement)
                ? Fields.OneOf(typeElement, $"{path}.type", ["function", "custom", .. s_hosted])
                : throw OpenAiFault.Missing($"{path}.type");
            callable.Add(Named(element, type, path, tools));
        }

        return (callable, mode == "required" ? ToolMode.Required : ToolMode.Auto);
    }

    private static ToolDefinition Named(JsonElement choice, string type, string path, List<ToolDefinition> tools)
    {
        if (type is not ("function" or "custom"))
        {
            throw Hosted(type, $"{path}.type");
        }

        var name = Fields.RequiredString(choice, "name", $"{path}.name");
        return tools.Find(t => t.Custom is null == (type == "function") && string.Equals(t.Name, name, StringComparison.Ordinal))
            ?? throw new OpenAiFault(400, $"Tool choice '{OpenAiFault.Shorten(name)}' not found in 'tools' parameter.", "tool_choice");
    }

    private static OpenAiFault Hosted(string type, string path) =>
        new(400, $"Hosted tool '{type}' is not supported by this server: offer a tool of type 'function' or 'custom' instead.", path, "unsupported_value");
}
