using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>
/// Checks and reads <c>messages</c> and <c>system</c>. A tool's result becomes a message of its own with the role <c>tool</c>; what
/// else its message says comes behind it.
/// </summary>
internal sealed class MessageParser(ModelInfo model, ITokenizer tokenizer, PromptBuilder prompt)
{
    private static readonly string[] s_userBlocks = ["document", "image", "search_result", "text", "tool_result"];
    private static readonly string[] s_assistantBlocks = ["redacted_thinking", "text", "thinking", "tool_use"];

    private readonly BlockParser _blocks = new(model, tokenizer, prompt);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private Dictionary<string, string> _open = new(StringComparer.Ordinal);
    private int _openAt;

    public void System(JsonElement system)
    {
        if (system.ValueKind != JsonValueKind.String)
        {
            Fields.List(system, "system");
        }

        _blocks.Content(system, "system", "system", "text");
        if (!prompt.IsEmpty)
        {
            prompt.End("system");
        }
    }

    public void Messages(JsonElement messages)
    {
        Fields.List(messages, "messages");
        var count = messages.GetArrayLength();
        if (count == 0)
        {
            throw AnthropicWords.Wrong("messages: at least one message is required");
        }

        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            Message(message, index, last: index == count - 1);
            index++;
        }

        RequireNoOpenCalls();
    }

    private void Message(JsonElement message, int index, bool last)
    {
        var path = Fields.At("messages", index);
        Fields.Object(message, path);
        Fields.Only(message, path, "role", "content");
        var role = Fields.RequiredString(message, "role", $"{path}.role");
        if (role is not ("user" or "assistant"))
        {
            throw AnthropicWords.Wrong(
                "messages", role == "system"
                    ? "Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role."
                    : $"Unexpected role \"{Fields.Shorten(role)}\". Allowed roles are \"user\" or \"assistant\".");
        }

        var content = Fields.Required(message, "content", $"{path}.content");
        if (content.ValueKind == JsonValueKind.String)
        {
            RequireNoOpenCalls();
            Plain(Fields.String(content, $"{path}.content"), path, role, last);
            return;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw AnthropicWords.Wrong($"{path}.content", "Input should be a valid list");
        }

        if (role == "user")
        {
            User(content, index, path);
        }
        else
        {
            RequireNoOpenCalls();
            Assistant(content, index, path, last);
        }
    }

    private void Plain(string text, string path, string role, bool last)
    {
        if (text.Length == 0 && !(last && role == "assistant"))
        {
            throw Empty(path);
        }

        CheckPrefill(text, role, last);
        prompt.Text(text);
        prompt.End(role);
    }

    private void User(JsonElement content, int index, string path)
    {
        if (content.GetArrayLength() == 0)
        {
            throw Empty(path);
        }

        // Results first, whatever the order, so that what the user says comes last, as it is meant.
        var open = _open;
        var answered = new HashSet<string>(StringComparer.Ordinal);
        var block = 0;
        foreach (var element in content.EnumerateArray())
        {
            var at = Fields.At($"{path}.content", block++);
            if (Fields.Tag(element, at, s_userBlocks) == "tool_result")
            {
                Result(element, at, open, answered);
            }
        }

        if (open.Keys.Any(id => !answered.Contains(id)))
        {
            throw NoResults(open.Keys.Where(id => !answered.Contains(id)));
        }

        _open = new Dictionary<string, string>(StringComparer.Ordinal);
        block = 0;
        foreach (var element in content.EnumerateArray())
        {
            var at = Fields.At($"{path}.content", block++);
            if (Fields.Tag(element, at, s_userBlocks) is not "tool_result" and var kind)
            {
                _blocks.Any(element, kind, $"{at}.{kind}", "user");
            }
        }

        if (!prompt.IsEmpty)
        {
            prompt.End("user");
        }
    }

    private void Result(JsonElement result, string at, Dictionary<string, string> open, HashSet<string> answered)
    {
        var path = $"{at}.tool_result";
        Fields.Only(result, path, "type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name");
        var id = Fields.RequiredString(result, "tool_use_id", $"{path}.tool_use_id");
        if (!open.TryGetValue(id, out var tool))
        {
            throw AnthropicWords.Wrong(
                at, $"unexpected `tool_use_id` found in `tool_result` blocks: {Fields.Shorten(id)}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.");
        }

        if (!answered.Add(id))
        {
            throw AnthropicWords.Wrong(at, $"each tool_use must have a single result. Found multiple `tool_result` blocks with id: {Fields.Shorten(id)}");
        }

        Fields.OptionalBoolean(result, "is_error", $"{path}.is_error");
        if (Fields.Given(result, "content", out var content))
        {
            _blocks.Content(content, $"{path}.content", "tool", "text", "image", "document", "search_result");
        }

        _blocks.Mark(result, path, "tool");
        prompt.End("tool", tool);
    }

    private void Assistant(JsonElement content, int index, string path, bool last)
    {
        if (content.GetArrayLength() == 0 && !last)
        {
            throw Empty(path);
        }

        var block = 0;
        foreach (var element in content.EnumerateArray())
        {
            var at = Fields.At($"{path}.content", block++);
            var kind = Fields.Tag(element, at, s_assistantBlocks);
            var own = $"{at}.{kind}";
            switch (kind)
            {
                case "text":
                    _blocks.Text(element, own, "assistant");
                    CheckPrefill(Fields.RequiredString(element, "text", $"{own}.text"), "assistant", last && block == content.GetArrayLength());
                    break;
                case "tool_use":
                    var (id, name) = _blocks.ToolUse(element, own, "assistant");
                    if (!_used.Add(id))
                    {
                        throw AnthropicWords.Wrong(at, "`tool_use` ids must be unique");
                    }

                    _open.Add(id, name);
                    _openAt = index;
                    break;
                case "thinking":
                    // Earlier thinking is checked and left out of the prompt, as Anthropic does with that of earlier turns.
                    Fields.Only(element, own, "type", "thinking", "signature");
                    Fields.RequiredString(element, "thinking", $"{own}.thinking");
                    Fields.RequiredString(element, "signature", $"{own}.signature");
                    break;
                default:
                    Fields.Only(element, own, "type", "data");
                    Fields.RequiredString(element, "data", $"{own}.data");
                    break;
            }
        }

        prompt.End("assistant");
    }

    private static void CheckPrefill(string text, string role, bool last)
    {
        if (last && role == "assistant" && text.Length > 0 && char.IsWhiteSpace(text[^1]))
        {
            throw AnthropicWords.Wrong("messages: final assistant content cannot end with trailing whitespace");
        }
    }

    private void RequireNoOpenCalls()
    {
        if (_open.Count > 0)
        {
            throw NoResults(_open.Keys);
        }
    }

    private Exchange.ProviderFault NoResults(IEnumerable<string> ids) => AnthropicWords.Wrong(
        Fields.At("messages", _openAt),
        $"`tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", ids.Select(Fields.Shorten))}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.");

    private static Exchange.ProviderFault Empty(string path) =>
        AnthropicWords.Wrong(path, "all messages must have non-empty content except for the optional final assistant message");
}
