using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>Checks and reads <c>input</c>: a text, or items of a conversation. Earlier reasoning is checked and left out of the prompt.</summary>
internal sealed class ItemParser(ModelInfo model, ITokenizer tokenizer)
{
    private static readonly string[] s_types =
        ["message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "reasoning", "item_reference"];

    private readonly List<PromptMessage> _messages = [];
    private readonly Dictionary<string, string> _open = new(StringComparer.Ordinal);

    /// <summary>The prompt, beginning with the instructions.</summary>
    public List<PromptMessage> Parse(JsonElement root)
    {
        if (Fields.Given(root, "instructions", out var instructions))
        {
            _messages.Add(new PromptMessage("system", null, Fields.String(instructions, "instructions")));
        }

        if (!Fields.Given(root, "input", out var input))
        {
            throw OpenAiFault.Missing("input");
        }

        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                _messages.Add(new PromptMessage("user", null, Fields.String(input, "input")));
                break;
            case JsonValueKind.Array:
                Fields.Array(input, "input", least: 1);
                var index = 0;
                foreach (var item in input.EnumerateArray())
                {
                    var path = $"input[{(index++).ToString(CultureInfo.InvariantCulture)}]";
                    Item(Fields.Object(item, path), path);
                }

                break;
            default:
                throw OpenAiFault.WrongType("input", "one of a string or array of input items", input);
        }

        return _open.Count == 0 ? _messages : throw new OpenAiFault(
            400, $"No tool output found for function call {OpenAiFault.Shorten(_open.Keys.First())}.", "input");
    }

    private void Item(JsonElement item, string path)
    {
        var type = Fields.Given(item, "type", out var typeElement) ? Fields.OneOf(typeElement, $"{path}.type", s_types) : "message";
        switch (type)
        {
            case "message":
                Message(item, path);
                break;
            case "function_call":
                Call(item, path, "arguments");
                break;
            case "custom_tool_call":
                Call(item, path, "input");
                break;
            case "function_call_output" or "custom_tool_call_output":
                Output(item, path, type);
                break;
            case "reasoning":
                Fields.Only(item, path, "type", "id", "summary", "content", "encrypted_content", "status");
                if (!item.TryGetProperty("summary", out var summary))
                {
                    throw OpenAiFault.Missing($"{path}.summary");
                }

                Fields.Array(summary, $"{path}.summary", of: "an array of objects");
                break;
            default:
                // Those that can be resolved are, before a request comes here.
                throw new OpenAiFault(
                    404, $"Item with id '{OpenAiFault.Shorten(Fields.RequiredString(item, "id", $"{path}.id"))}' not found. Only items of the conversation that is continued can be referred to.",
                    "input");
        }
    }

    private void Message(JsonElement message, string path)
    {
        // SDKs send an answer's items back as they keep them, with what they have parsed.
        Fields.Only(message, path, "type", "id", "role", "content", "status", "phase");
        var role = message.TryGetProperty("role", out var roleElement)
            ? Fields.OneOf(roleElement, $"{path}.role", "assistant", "system", "developer", "user")
            : throw OpenAiFault.Missing($"{path}.role");
        if (!message.TryGetProperty("content", out var content))
        {
            throw OpenAiFault.Missing($"{path}.content");
        }

        var (text, attachments) = Content(content, $"{path}.content", role == "assistant");
        _messages.Add(new PromptMessage(role, null, text, attachments.Canonical, attachments.Tokens));
    }

    private (string Text, Attachments Attachments) Content(JsonElement content, string path, bool assistant)
    {
        var attachments = new Attachments();
        if (content.ValueKind == JsonValueKind.String)
        {
            return (Fields.String(content, path), attachments);
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiFault.WrongType(path, "one of an array of objects or string", content);
        }

        var text = new StringBuilder();
        var index = 0;
        IReadOnlyList<string> supported = assistant ? ["output_text", "refusal"] : ["input_text", "input_image", "input_file"];
        foreach (var part in content.EnumerateArray())
        {
            var at = $"{path}[{(index++).ToString(CultureInfo.InvariantCulture)}]";
            Fields.Object(part, at);
            var type = part.TryGetProperty("type", out var typeElement) ? Fields.OneOf(typeElement, $"{at}.type", supported) : throw OpenAiFault.Missing($"{at}.type");
            switch (type)
            {
                case "input_image" or "input_file":
                    InputParts.Add(part, type, at, model, attachments);
                    break;
                default:
                    var name = type == "refusal" ? "refusal" : "text";
                    text.Append(text.Length > 0 ? "\n" : "").Append(Fields.RequiredString(part, name, $"{at}.{name}"));
                    break;
            }
        }

        return (text.ToString(), attachments);
    }

    private void Call(JsonElement item, string path, string argument)
    {
        Fields.Only(item, path, "type", "id", "call_id", "name", "namespace", argument, "status", "parsed_arguments");
        var id = Fields.RequiredString(item, "call_id", $"{path}.call_id");
        var name = Fields.RequiredString(item, "name", $"{path}.name");
        var text = Fields.RequiredString(item, argument, $"{path}.{argument}");
        _open[id] = name;
        var attachments = new Attachments();
        attachments.Add($"{name}({text})", tokenizer);
        _messages.Add(new PromptMessage("assistant", null, "", attachments.Canonical, attachments.Tokens));
    }

    private void Output(JsonElement item, string path, string type)
    {
        Fields.Only(item, path, "type", "id", "call_id", "output", "status");
        var id = Fields.RequiredString(item, "call_id", $"{path}.call_id");
        if (!item.TryGetProperty("output", out var output))
        {
            throw OpenAiFault.Missing($"{path}.output");
        }

        if (!_open.Remove(id, out var tool))
        {
            throw new OpenAiFault(
                400, $"No tool call found for {(type == "function_call_output" ? "function call" : "custom tool call")} output with call_id {OpenAiFault.Shorten(id)}.", "input");
        }

        var (text, attachments) = Content(output, $"{path}.output", assistant: false);
        _messages.Add(new PromptMessage("tool", null, text, attachments.Canonical, attachments.Tokens) { Tool = tool });
    }
}
