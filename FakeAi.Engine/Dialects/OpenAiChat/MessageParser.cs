using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Checks and reads <c>messages</c>.</summary>
/// <param name="model">The model that is asked.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="reasoning">The member in which answers tell their reasoning.</param>
internal sealed class MessageParser(ModelInfo model, ITokenizer tokenizer, string reasoning)
{
    private const int FileTokens = 256;

    private static readonly string[] s_roles = ["system", "assistant", "user", "function", "tool", "developer"];

    private readonly HashSet<string> _openCalls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _toolOf = new(StringComparer.Ordinal);
    private int _callsAt;

    public List<PromptMessage> Parse(JsonElement messages)
    {
        Fields.Array(messages, "messages", least: 1, of: "an array of objects");
        var parsed = new List<PromptMessage>(messages.GetArrayLength());
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            parsed.Add(Message(message, index, index.ToString(CultureInfo.InvariantCulture)));
            index++;
        }

        RequireNoOpenCalls();
        return parsed;
    }

    private PromptMessage Message(JsonElement message, int index, string number)
    {
        var path = $"messages[{number}]";
        Fields.Object(message, path);
        if (!message.TryGetProperty("role", out var roleElement))
        {
            throw OpenAiFault.Missing($"{path}.role");
        }

        var role = Fields.OneOf(roleElement, $"{path}.role", s_roles);
        OnlyKnown(message, path, role);
        string? tool = null;
        if (role == "tool")
        {
            tool = CloseCall(message, path, number);
        }
        else
        {
            RequireNoOpenCalls();
        }

        var name = Fields.Member(message, "name");
        var nameText = Fields.IsNull(name) ? null : Fields.String(name, $"{path}.name");
        if (role == "function" && nameText is null)
        {
            throw OpenAiFault.Missing($"{path}.name");
        }

        var text = new StringBuilder();
        var attachments = new Attachments();
        var otherwise = role == "assistant" && (Calls(message, path, index, attachments) | Spoken(message, path, attachments));
        Content(message, path, number, role, otherwise, text, attachments);
        return new PromptMessage(role, nameText, text.ToString(), attachments.Canonical, attachments.Tokens)
        {
            Tool = tool,
            AudioTokens = attachments.AudioTokens,
        };
    }

    private void OnlyKnown(JsonElement message, string path, string role)
    {
        switch (role)
        {
            case "assistant":
                // SDKs send an answer back as they keep it: with "parsed" beside the content, and reasoning where it was shown.
                Fields.Only(
                    message, path, "role", "content", "name", "refusal", "audio", "tool_calls", "function_call", "annotations", "parsed", reasoning);
                break;
            case "tool":
                Fields.Only(message, path, "role", "content", "name", "tool_call_id");
                break;
            default:
                Fields.Only(message, path, "role", "content", "name");
                break;
        }
    }

    private void Content(
        JsonElement message, string path, string number, string role, bool otherwise, StringBuilder text, Attachments attachments)
    {
        var content = Fields.Member(message, "content");
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                text.Append(Fields.String(content, $"{path}.content"));
                return;
            case JsonValueKind.Array:
                Fields.Array(content, $"{path}.content", least: 1);
                var part = 0;
                foreach (var element in content.EnumerateArray())
                {
                    Part(element, path, number, part++.ToString(CultureInfo.InvariantCulture), role, text, attachments);
                }

                return;
            case JsonValueKind.Undefined when role == "assistant" && (otherwise || message.TryGetProperty("refusal", out _)):
            case JsonValueKind.Null when role == "function" || (role == "assistant" && (otherwise || message.TryGetProperty("refusal", out _))):
                return;
            case JsonValueKind.Undefined:
                throw OpenAiFault.Missing($"{path}.content");
            default:
                throw OpenAiFault.WrongType($"{path}.content", "one of a string or array of objects", content);
        }
    }

    private void Part(
        JsonElement part, string messagePath, string number, string index, string role, StringBuilder text, Attachments attachments)
    {
        var path = $"{messagePath}.content[{index}]";
        Fields.Object(part, path);
        if (!part.TryGetProperty("type", out var typeElement))
        {
            throw OpenAiFault.Missing($"{path}.type");
        }

        IReadOnlyList<string> supported = role switch
        {
            "user" => ["text", "image_url", "input_audio", "refusal", "audio", "file"],
            "assistant" => ["text", "refusal"],
            _ => ["text"],
        };
        var type = Fields.OneOf(typeElement, $"{path}.type", supported);
        switch (type)
        {
            case "text":
                Fields.Only(part, path, "type", "text", "prompt_cache_breakpoint");
                Append(text, Fields.RequiredString(part, "text", $"{path}.text"));
                break;
            case "refusal":
                Append(text, Fields.RequiredString(part, "refusal", $"{path}.refusal"));
                break;
            case "image_url":
                RequireCapability("vision", type, number, index);
                MediaParts.Image(Inner(part, type, path), path, attachments);
                break;
            case "input_audio":
                RequireCapability("audio_in", type, number, index);
                MediaParts.Sound(Inner(part, type, path), path, attachments);
                break;
            case "file":
                var file = Inner(part, type, path);
                Fields.Only(file, $"{path}.file", "filename", "file_data", "file_id");
                attachments.Add(Fields.Canonical(file), FileTokens);
                break;
            default:
                throw OpenAiFault.UnsupportedValue($"{path}.type", $"'{type}'");
        }
    }

    private static JsonElement Inner(JsonElement part, string type, string path) =>
        part.TryGetProperty(type, out var inner) ? Fields.Object(inner, $"{path}.{type}") : throw OpenAiFault.Missing($"{path}.{type}");

    private void RequireCapability(string capability, string type, string number, string index)
    {
        if (!model.Can(capability))
        {
            throw new OpenAiFault(
                400, $"Invalid content type. {type} is only supported by certain models.", $"messages.[{number}].content.[{index}].type");
        }
    }

    /// <summary>Reads the calls that an earlier answer made; tool messages must answer them.</summary>
    private bool Calls(JsonElement message, string path, int index, Attachments attachments)
    {
        var any = false;
        var calls = Fields.Member(message, "tool_calls");
        if (!Fields.IsNull(calls))
        {
            Fields.Array(calls, $"{path}.tool_calls", least: 1, of: "an array of objects");
            var i = 0;
            foreach (var call in calls.EnumerateArray())
            {
                Call(call, $"{path}.tool_calls[{i++.ToString(CultureInfo.InvariantCulture)}]");
            }

            _callsAt = index;
            attachments.Add(Fields.Canonical(calls), tokenizer);
            any = true;
        }

        var function = Fields.Member(message, "function_call");
        if (!Fields.IsNull(function))
        {
            Fields.Object(function, $"{path}.function_call");
            Fields.RequiredString(function, "name", $"{path}.function_call.name");
            Fields.RequiredString(function, "arguments", $"{path}.function_call.arguments");
            attachments.Add(Fields.Canonical(function), tokenizer);
            any = true;
        }

        return any;
    }

    /// <summary>Reads which earlier answer's sound the message stands for. SDKs send back all that they were told of it.</summary>
    private static bool Spoken(JsonElement message, string path, Attachments attachments)
    {
        var audio = Fields.Member(message, "audio");
        if (Fields.IsNull(audio))
        {
            return false;
        }

        path += ".audio";
        Fields.Only(Fields.Object(audio, path), path, "id", "data", "expires_at", "transcript");
        var id = Fields.RequiredString(audio, "id", $"{path}.id");
        var (texts, sounds) = AudioIds.Read(id);
        attachments.Add(id, texts + sounds, sounds);
        return true;
    }

    private void Call(JsonElement call, string path)
    {
        Fields.Object(call, path);
        var id = Fields.RequiredString(call, "id", $"{path}.id");
        _openCalls.Add(id);
        if (!call.TryGetProperty("type", out var typeElement))
        {
            throw OpenAiFault.Missing($"{path}.type");
        }

        var type = Fields.OneOf(typeElement, $"{path}.type", "function", "custom");
        if (!call.TryGetProperty(type, out var inner))
        {
            throw OpenAiFault.Missing($"{path}.{type}");
        }

        Fields.Object(inner, $"{path}.{type}");
        _toolOf[id] = Fields.RequiredString(inner, "name", $"{path}.{type}.name");
        var argument = type == "function" ? "arguments" : "input";
        Fields.RequiredString(inner, argument, $"{path}.{type}.{argument}");
    }

    /// <summary>Takes a tool's result for the call that it answers; tells the tool's name.</summary>
    private string CloseCall(JsonElement message, string path, string number)
    {
        var id = Fields.RequiredString(message, "tool_call_id", $"{path}.tool_call_id");
        if (!_openCalls.Remove(id))
        {
            throw new OpenAiFault(
                400, "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", $"messages.[{number}].role");
        }

        return _toolOf[id];
    }

    private void RequireNoOpenCalls()
    {
        if (_openCalls.Count > 0)
        {
            throw new OpenAiFault(
                400,
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
                + $"The following tool_call_ids did not have response messages: {string.Join(", ", _openCalls.Select(OpenAiFault.Shorten))}",
                $"messages.[{(_callsAt + 1).ToString(CultureInfo.InvariantCulture)}].role");
        }
    }

    private static void Append(StringBuilder text, string part)
    {
        if (text.Length > 0)
        {
            text.Append('\n');
        }

        text.Append(part);
    }
}
