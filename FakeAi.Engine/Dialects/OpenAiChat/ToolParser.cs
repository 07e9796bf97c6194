using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// Checks <c>tools</c>, <c>tool_choice</c> and their older forms. Tools may be offered; the answer is text, which is legal
/// where the model chooses. Where the client demands a call the request is refused.
/// </summary>
internal static class ToolParser
{
    private const int MostTools = 128;

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>The definitions as JSON, part of the prompt; null where there are none.</summary>
    public static string? Parse(JsonElement root)
    {
        var tools = Fields.Member(root, "tools");
        var functions = Fields.Member(root, "functions");
        var any = !Fields.IsNull(tools);
        if (any)
        {
            Tools(tools);
        }

        if (!Fields.IsNull(functions))
        {
            Fields.Array(functions, "functions", least: 1, most: MostTools, of: "an array of objects");
            Each(functions, "functions", Function);
        }

        Choice(Fields.Member(root, "tool_choice"), any && tools.GetArrayLength() > 0);
        FunctionCall(Fields.Member(root, "function_call"), !Fields.IsNull(functions));
        var parallel = Fields.Member(root, "parallel_tool_calls");
        if (!Fields.IsNull(parallel))
        {
            Fields.Boolean(parallel, "parallel_tool_calls");
            RequireTools(any, "parallel_tool_calls", "tools");
        }

        return any ? Fields.Canonical(tools) : Fields.IsNull(functions) ? null : Fields.Canonical(functions);
    }

    private static void Tools(JsonElement tools)
    {
        Fields.Array(tools, "tools", most: MostTools, of: "an array of objects");
        Each(tools, "tools", static (tool, path) =>
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

            Function(Fields.Object(inner, $"{path}.{type}"), $"{path}.{type}");
        });
    }

    private static void Function(JsonElement function, string path)
    {
        var name = Fields.RequiredString(function, "name", $"{path}.name");
        if (name.Length is 0 or > 64 || name.AsSpan().IndexOfAnyExcept(s_nameCharacters) >= 0)
        {
            throw new OpenAiFault(
                400, $"Invalid '{path}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                $"{path}.name", "invalid_value");
        }

        var description = Fields.Member(function, "description");
        if (!Fields.IsNull(description))
        {
            Fields.String(description, $"{path}.description");
        }

        var parameters = Fields.Member(function, "parameters");
        if (!Fields.IsNull(parameters))
        {
            Fields.Object(parameters, $"{path}.parameters");
        }

        var strict = Fields.Member(function, "strict");
        if (!Fields.IsNull(strict))
        {
            Fields.Boolean(strict, $"{path}.strict");
        }
    }

    private static void Choice(JsonElement choice, bool tools)
    {
        if (Fields.IsNull(choice))
        {
            return;
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            var text = Fields.OneOf(choice, "tool_choice", "none", "auto", "required");
            RequireTools(tools, "tool_choice", "tools");
            if (text == "required")
            {
                throw OpenAiFault.UnsupportedValue("tool_choice", "'required'");
            }

            return;
        }

        if (choice.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiFault.WrongType("tool_choice", "one of a tool choice object or string", choice);
        }

        if (!choice.TryGetProperty("type", out var type))
        {
            throw OpenAiFault.Missing("tool_choice.type");
        }

        var named = Fields.OneOf(type, "tool_choice.type", "function", "custom", "allowed_tools");
        RequireTools(tools, "tool_choice", "tools");
        throw OpenAiFault.UnsupportedValue("tool_choice", $"'{named}'");
    }

    private static void FunctionCall(JsonElement call, bool functions)
    {
        if (Fields.IsNull(call))
        {
            return;
        }

        if (call.ValueKind == JsonValueKind.String)
        {
            Fields.OneOf(call, "function_call", "none", "auto");
            RequireTools(functions, "function_call", "functions");
            return;
        }

        if (call.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiFault.WrongType("function_call", "one of a function call object or string", call);
        }

        Fields.RequiredString(call, "name", "function_call.name");
        throw OpenAiFault.UnsupportedValue("function_call", "a named function");
    }

    private static void RequireTools(bool given, string param, string by)
    {
        if (!given)
        {
            throw new OpenAiFault(400, $"Invalid value for '{param}': '{param}' is only allowed when '{by}' are specified.", param);
        }
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
