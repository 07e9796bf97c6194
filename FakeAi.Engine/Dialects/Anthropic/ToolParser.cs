using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation.Tools;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Checks and reads <c>tools</c> and <c>tool_choice</c>. Tools that Anthropic runs or defines itself are refused: nothing here could answer for them.</summary>
internal static class ToolParser
{
    private const int LongestName = 128;

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>The tools; null where none are offered.</summary>
    public static ToolOffer? Parse(JsonElement root, BlockParser blocks)
    {
        var tools = new List<ToolDefinition>();
        var definitions = new StringBuilder("[");
        if (Fields.Given(root, "tools", out var list))
        {
            var index = 0;
            foreach (var tool in Fields.List(list, "tools").EnumerateArray())
            {
                var definition = Tool(tool, Fields.At("tools", index++), blocks);
                if (tools.Exists(t => t.Name == definition.Name))
                {
                    throw AnthropicWords.Wrong("tools: Tool names must be unique.");
                }

                tools.Add(definition);
                definitions.Append(definitions.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $"{{\"name\":{JsonText.Quote(definition.Name)}")
                    .Append(definition.Description is { } text ? $",\"description\":{JsonText.Quote(text)}" : "")
                    .Append(CultureInfo.InvariantCulture, $",\"parameters\":{definition.Parameters!.Value.GetRawText()}}}");
            }
        }

        var choice = Choice(root, tools, out var parallel);
        return tools.Count == 0 ? null : new ToolOffer(choice.Tools, definitions.Append(']').ToString(), choice.Mode, parallel);
    }

    private static ToolDefinition Tool(JsonElement tool, string path, BlockParser blocks)
    {
        Fields.Object(tool, path);
        if (Fields.Given(tool, "type", out var type) && Fields.String(type, $"{path}.type") is not "custom" and var own)
        {
            throw AnthropicWords.Wrong(path, $"tool type '{Fields.Shorten(own)}' is not supported by this server");
        }

        var at = $"{path}.custom";
        Fields.Only(
            tool, at, "type", "name", "description", "input_schema", "cache_control", "strict", "allowed_callers", "defer_loading", "eager_input_streaming", "input_examples");
        var name = Fields.RequiredString(tool, "name", $"{at}.name");
        if (name.Length is 0 or > LongestName || name.AsSpan().ContainsAnyExcept(s_nameCharacters))
        {
            throw AnthropicWords.Wrong($"{at}.name", $"String should match pattern '^[a-zA-Z0-9_-]{{1,{Fields.Text(LongestName)}}}$'");
        }

        var description = Fields.OptionalString(tool, "description", $"{at}.description");
        Fields.OptionalBoolean(tool, "strict", $"{at}.strict");
        var schema = Fields.Object(Fields.Required(tool, "input_schema", $"{at}.input_schema"), $"{at}.input_schema");
        if (Fields.RequiredString(schema, "type", $"{at}.input_schema.type") != "object")
        {
            throw AnthropicWords.Wrong($"{at}.input_schema.type", "Input should be 'object'");
        }

        blocks.Mark(tool, at, role: null);
        return new ToolDefinition(name, description, JsonElement.Parse(JsonText.Canonical(schema))) { Param = $"{at}.input_schema" };
    }

    private static (IReadOnlyList<ToolDefinition> Tools, ToolMode Mode) Choice(JsonElement root, List<ToolDefinition> tools, out bool parallel)
    {
        parallel = true;
        if (!Fields.Given(root, "tool_choice", out var choice))
        {
            return (tools, ToolMode.Auto);
        }

        var type = Fields.Tag(choice, "tool_choice", "auto", "any", "tool", "none");
        var path = $"tool_choice.{type}";
        Fields.Only(choice, path, type switch
        {
            "tool" => ["type", "name", "disable_parallel_tool_use"],
            "none" => ["type"],
            _ => ["type", "disable_parallel_tool_use"],
        });
        parallel = !Fields.OptionalBoolean(choice, "disable_parallel_tool_use", $"{path}.disable_parallel_tool_use");
        if (tools.Count == 0 && type != "none")
        {
            throw AnthropicWords.Wrong("tool_choice", "tool_choice may only be specified while providing tools.");
        }

        if (type != "tool")
        {
            return (tools, type switch { "any" => ToolMode.Required, "none" => ToolMode.None, _ => ToolMode.Auto });
        }

        var name = Fields.RequiredString(choice, "name", $"{path}.name");
        return ([tools.Find(t => t.Name == name) ?? throw AnthropicWords.Wrong("tool_choice", $"Tool '{Fields.Shorten(name)}' not found in provided tools")], ToolMode.Named);
    }
}
