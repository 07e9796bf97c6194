using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>
/// Reads <c>contents</c> and <c>systemInstruction</c>. A function's response becomes a message of its own with the role <c>tool</c>; what
/// else its turn says comes behind it.
/// </summary>
internal sealed class ContentReader(Payload payload, ModelInfo model, ITokenizer tokenizer)
{
    // As Google's page "Understand and count tokens" has it: a picture or a page is one tile; sound and film by their seconds, which
    // are estimated by the bytes of usual bit rates.
    private const int TileTokens = 258;
    private const int AudioTokensPerSecond = 32;
    private const int VideoTokensPerSecond = 263;
    private const int AudioBytesPerSecond = 16_000;
    private const int VideoBytesPerSecond = 125_000;
    private const int PageBytes = 50_000;

    private static readonly string[] s_parts =
    [
        "text", "inline_data", "file_data", "function_call", "function_response", "thought", "thought_signature", "video_metadata", "executable_code",
        "code_execution_result", "media_resolution", "part_metadata",
    ];

    private readonly List<PromptMessage> _messages = [];
    private readonly StringBuilder _text = new();
    private string? _attachments;
    private int _attachmentTokens;
    private List<string> _calls = [];

    public IReadOnlyList<PromptMessage> Messages => _messages;

    public void System(ProtoMessage root)
    {
        if (root.Message("system_instruction", "Content", "role", "parts") is { } content)
        {
            foreach (var (part, path) in content.List("parts"))
            {
                Part(part, path);
            }

            End("system");
        }
    }

    public void Contents(ProtoMessage root)
    {
        foreach (var (content, path) in root.List("contents"))
        {
            Content(payload.Message(content, path, "Content", "role", "parts"));
        }

        payload.Check();
        if (_calls.Count > 0)
        {
            throw WrongCount();
        }

        if (!_messages.Exists(static m => m.Role != "system"))
        {
            throw GeminiWords.InvalidArgument("* GenerateContentRequest.contents: contents is not specified\n");
        }
    }

    private void Content(ProtoMessage content)
    {
        var role = content.String("role") switch
        {
            null or "" or "user" or "function" => "user",
            "model" => "assistant",
            _ => throw GeminiWords.InvalidArgument("Please use a valid role: user, model."),
        };
        var open = _calls;
        _calls = [];
        var (parts, responses) = (0, 0);
        foreach (var (part, path) in content.List("parts"))
        {
            parts++;
            responses += Part(part, path, open) ? 1 : 0;
        }

        if (parts == 0)
        {
            payload.Check();
            throw GeminiWords.InvalidArgument($"* GenerateContentRequest.{content.Path}.parts: contents.parts must not be empty.\n");
        }

        if (responses > 0 && open.Count == 0)
        {
            payload.Check();
            throw GeminiWords.InvalidArgument("Please ensure that function response turn comes immediately after a function call turn.");
        }

        if (responses != open.Count)
        {
            payload.Check();
            throw WrongCount();
        }

        End(role);
    }

    /// <summary>Reads a part; tells whether it is a function's response.</summary>
    private bool Part(JsonElement value, string path, List<string>? open = null)
    {
        var part = payload.Message(value, path, "Part", s_parts);
        part.Boolean("thought");
        part.String("thought_signature");
        if (part.Has("executable_code") || part.Has("code_execution_result"))
        {
            throw GeminiWords.InvalidArgument("Code execution is not supported by this server.");
        }

        if (part.Message("inline_data", "Blob", "mime_type", "data", "display_name") is { } inline)
        {
            Inline(inline);
        }
        else if (part.Message("file_data", "FileData", "mime_type", "file_uri", "display_name") is { } file)
        {
            Attach(file.String("file_uri") ?? "", Modality(file.String("mime_type") ?? "", 0, file.Path));
        }
        else if (part.Message("function_call", "FunctionCall", "id", "name", "args", "partial_args", "will_continue") is { } call)
        {
            var name = call.String("name") ?? "";
            var canonical = $"{{\"name\":{JsonText.Quote(name)},\"args\":{(call.Raw("args") is { } args ? JsonText.Canonical(args) : "{}")}}}";
            Attach(canonical, tokenizer.Count(canonical));
            _calls.Add(name);
        }
        else if (part.Message("function_response", "FunctionResponse", "id", "name", "response", "will_continue", "scheduling", "parts") is { } response)
        {
            _messages.Add(new PromptMessage("tool", null, response.Raw("response") is { } said ? JsonText.Canonical(said) : "") { Tool = response.String("name") ?? "" });
            return true;
        }
        else if (part.String("text") is { } text && !part.Boolean("thought"))
        {
            // Earlier thoughts are left out of the prompt, as Google does.
            _text.Append(_text.Length > 0 ? "\n" : "").Append(text);
        }
        else if (!part.Has("text"))
        {
            payload.Check();
            throw GeminiWords.InvalidArgument($"* GenerateContentRequest.{path}.data: required oneof field 'data' must have one initialized field\n");
        }

        return false;
    }

    private void Inline(ProtoMessage blob)
    {
        var data = blob.String("data") ?? "";
        var type = blob.String("mime_type") ?? "";
        if (!Base64.IsValid(data, out var length) && !Base64Url.IsValid(data, out length))
        {
            payload.Invalid(blob.In("data"), "TYPE_BYTES", blob.Raw("data")!.Value);
            return;
        }

        if (type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) && Base64.IsValid(data))
        {
            _text.Append(_text.Length > 0 ? "\n" : "").Append(Encoding.UTF8.GetString(Convert.FromBase64String(data)));
            return;
        }

        Attach(data, Modality(type, length, blob.Path));
    }

    /// <summary>The tokens of a medium that the model must be able to take.</summary>
    private int Modality(string type, int bytes, string path)
    {
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        var (name, capability, tokens) = (slash < 0 ? "" : type[..slash].ToLowerInvariant()) switch
        {
            "image" => ("Image", "vision", TileTokens),
            "audio" => ("Audio", "audio_in", AudioTokensPerSecond * (1 + (bytes / AudioBytesPerSecond))),
            "video" => ("Video", "video_in", VideoTokensPerSecond * (1 + (bytes / VideoBytesPerSecond))),
            "text" => ("Text", "", TileTokens),
            _ when type.Equals("application/pdf", StringComparison.OrdinalIgnoreCase) => ("Image", "vision", TileTokens * (1 + (bytes / PageBytes))),
            _ => throw GeminiWords.InvalidArgument(
                type.Length == 0 ? $"* GenerateContentRequest.{path}.mime_type: mime_type must not be empty.\n" : $"Unsupported MIME type: {(type.Length <= 64 ? type : type[..64])}"),
        };
        return capability.Length == 0 || model.Can(capability) ? tokens
            : throw GeminiWords.InvalidArgument($"{name} input modality is not enabled for models/{model.Id}");
    }

    private void Attach(string canonical, int tokens)
    {
        _attachments = _attachments is null ? canonical : $"{_attachments}\n{canonical}";
        _attachmentTokens += tokens;
    }

    private void End(string role)
    {
        if (_text.Length > 0 || _attachments is not null)
        {
            _messages.Add(new PromptMessage(role, null, _text.ToString(), _attachments, _attachmentTokens));
        }
        else if (role == "assistant" || (_messages.Count > 0 && _messages[^1].Role == "tool"))
        {
            // A turn of thoughts or of responses alone: nothing of its own.
        }
        else if (role == "user")
        {
            _messages.Add(new PromptMessage(role, null, ""));
        }

        _text.Clear();
        _attachments = null;
        _attachmentTokens = 0;
    }

    private static ProviderFault WrongCount() => GeminiWords.InvalidArgument(
        "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
}
