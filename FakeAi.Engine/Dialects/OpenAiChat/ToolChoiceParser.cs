using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Generation.Tools;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Which of the tools may be called, and whether one must be.</summary>
/// <param name="Callable">The tools that may be called.</param>
/// <param name="Mode">Whether a call is the model's choice.</param>
internal readonly record struct ToolChoice(IReadOnlyList<ToolDefinition> Callable, ToolMode Mode);

/// <summary>Reads <c>tool_choice</c> and its older form <c>function_call</c>.</summary>
internal static class ToolChoiceParser
{
    public static ToolChoice Parse(JsonElement choice, List<ToolDefinition> tools)
    {
        if (Fields.IsNull(choice))
        {
            return Auto(tools);
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            var text = Fields.OneOf(choice, "tool_choice", "none", "auto", "required");
            RequireTools(tools.Count > 0, "tool_choice", "tools");
            return text switch
            {
                "none" => new ToolChoice(tools, ToolMode.None),
                "required" => new ToolChoice(tools, ToolMode.Required),
                _ => Auto(tools),
            };
        }

        if (choice.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiFault.WrongType("tool_choice", "one of a tool choice object or string", choice);
        }

        if (!choice.TryGetProperty("type", out var typeElement))
        {
            throw OpenAiFault.Missing("tool_choice.type");
        }

        var type = Fields.OneOf(typeElement, "tool_choice.type", "function", "custom", "allowed_tools");
        RequireTools(tools.Count > 0, "tool_choice", "tools");
        return type == "allowed_tools" ? Allowed(choice, tools) : new ToolChoice([Named(choice, type, "tool_choice", tools)], ToolMode.Named);
    }

    public static ToolChoice ParseFunctionCall(JsonElement call, List<ToolDefinition> functions)
    {
        if (Fields.IsNull(call))
        {
            return Auto(functions);
        }

        if (call.ValueKind == JsonValueKind.String)
        {
            var text = Fields.OneOf(call, "function_call", "none", "auto");
            RequireTools(functions.Count > 0, "function_call", "functions");
            return text == "none" ? new ToolChoice(functions, ToolMode.None) : Auto(functions);
        }

        if (call.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiFault.WrongType("function_call", "one of a function call object or string", call);
        }

        var name = Fields.RequiredString(call, "name", "function_call.name");
        RequireTools(functions.Count > 0, "function_call", "functions");
        var function = functions.Find(f => string.Equals(f.Name, name, StringComparison.Ordinal)) ?? throw new OpenAiFault(
            400, $"Invalid value for 'function_call': no function named '{OpenAiFault.Shorten(name)}' was specified in the 'functions' parameter.", "function_call");
        return new ToolChoice([function], ToolMode.Named);
    }

    public static void RequireTools(bool given, string param, string by)
    {
        if (!given)
        {
            throw new OpenAiFault(400, $"Invalid value for '{param}': '{param}' is only allowed when '{by}' are specified.", param);
        }
    }

    private static ToolChoice Auto(List<ToolDefinition> tools) => new(tools, tools.Count == 0 ? ToolMode.None : ToolMode.Auto);

    private static ToolChoice Allowed(JsonElement choice, List<ToolDefinition> tools)
    {
        const string Path = "tool_choice.allowed_tools";
        if (!choice.TryGetProperty("allowed_tools", out var allowed))
        {
            throw OpenAiFault.Missing(Path);
        }

        Fields.Object(allowed, Path);
        var mode = allowed.TryGetProperty("mode", out var modeElement)
            ? Fields.OneOf(modeElement, $"{Path}.mode", "auto", "required")
            : throw OpenAiFault.Missing($"{Path}.mode");
        if (!allowed.TryGetProperty("tools", out var list))
        {
            throw OpenAiFault.Missing($"{Path}.tools");
        }

        Fields.Array(list, $"{Path}.tools", least: 1, of: "an array of objects");
        var callable = new List<ToolDefinition>();
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var path = $"{Path}.tools[{index++.ToString(CultureInfo.InvariantCulture)}]";
            Fields.Object(element, path);
            var type = element.TryGetProperty("type", out var typeElement)
                ? Fields.OneOf(typeElement, $"{path}.type", "function", "custom")
                : throw OpenAiFault.Missing($"{path}.type");
            callable.Add(Named(element, type, path, tools));
        }

        return new ToolChoice(callable, mode == "required" ? ToolMode.Required : ToolMode.Auto);
    }

    private static ToolDefinition Named(JsonElement choice, string type, string path, List<ToolDefinition> tools)
    {
        if (!choice.TryGetProperty(type, out var inner))
        {
            throw OpenAiFault.Missing($"{path}.{type}");
        }

        var name = Fields.RequiredString(Fields.Object(inner, $"{path}.{type}"), "name", $"{path}.{type}.name");
        return tools.Find(t => t.Custom is null == (type == "function") && string.Equals(t.Name, name, StringComparison.Ordinal))
            ?? throw new OpenAiFault(400, $"Tool choice '{OpenAiFault.Shorten(name)}' not found in 'tools' parameter.", "tool_choice");
    }
}
