using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Checks and reads content blocks. What a block adds to the prompt goes to the builder; paths name the block's type, as Anthropic's do.</summary>
internal sealed class BlockParser(ModelInfo model, ITokenizer tokenizer, PromptBuilder prompt)
{
    // Estimates: Anthropic counts width × height / 750 for an image, at most about so many, and some thousand a page.
    private const int ImageTokens = 1_600;
    private const int PageTokens = 2_000;
    private const int PageBytes = 50_000;

    private static readonly string[] s_images = ["image/jpeg", "image/png", "image/gif", "image/webp"];

    /// <summary>A text block; <paramref name="path"/> ends with its type.</summary>
    public void Text(JsonElement block, string path, string role)
    {
        Fields.Only(block, path, "type", "text", "cache_control", "citations");
        var text = Fields.RequiredString(block, "text", $"{path}.text");
        if (text.Length == 0)
        {
            throw AnthropicWords.Wrong("messages: text content blocks must be non-empty");
        }

        prompt.Text(text);
        Mark(block, path, role);
    }

    public void Image(JsonElement block, string path, string role)
    {
        Fields.Only(block, path, "type", "source", "cache_control", "transformations");
        RequireVision(path);
        var source = Fields.Required(block, "source", $"{path}.source");
        var type = Fields.Tag(source, $"{path}.source", "base64", "url", "file");
        var at = $"{path}.source.{type}";
        switch (type)
        {
            case "base64":
                Fields.OneOf(Fields.Required(source, "media_type", $"{at}.media_type"), $"{at}.media_type", s_images);
                prompt.Attach(Base64(source, at), ImageTokens);
                break;
            case "url":
                prompt.Attach(Url(source, at), ImageTokens);
                break;
            default:
                throw NoFile(source, at);
        }

        Mark(block, path, role);
    }

    public void Document(JsonElement block, string path, string role)
    {
        Fields.Only(block, path, "type", "source", "cache_control", "citations", "context", "title");
        foreach (var name in (ReadOnlySpan<string>)["title", "context"])
        {
            if (Fields.OptionalString(block, name, $"{path}.{name}") is { Length: > 0 } text)
            {
                prompt.Text(text);
            }
        }

        var source = Fields.Required(block, "source", $"{path}.source");
        var type = Fields.Tag(source, $"{path}.source", "base64", "text", "content", "url", "file");
        var at = $"{path}.source.{type}";
        switch (type)
        {
            case "base64":
                Fields.OneOf(Fields.Required(source, "media_type", $"{at}.media_type"), $"{at}.media_type", "application/pdf");
                var data = Base64(source, at);
                prompt.Attach(data, PageTokens * (1 + (data.Length / PageBytes)));
                break;
            case "text":
                Fields.OneOf(Fields.Required(source, "media_type", $"{at}.media_type"), $"{at}.media_type", "text/plain");
                prompt.Text(Fields.RequiredString(source, "data", $"{at}.data"));
                break;
            case "content":
                Content(Fields.Required(source, "content", $"{at}.content"), $"{at}.content", role, "text", "image");
                break;
            case "url":
                prompt.Attach(Url(source, at), PageTokens);
                break;
            default:
                throw NoFile(source, at);
        }

        Mark(block, path, role);
    }

    public void SearchResult(JsonElement block, string path, string role)
    {
        Fields.Only(block, path, "type", "source", "title", "content", "cache_control", "citations");
        prompt.Text(Fields.RequiredString(block, "title", $"{path}.title"));
        prompt.Text(Fields.RequiredString(block, "source", $"{path}.source"));
        Content(Fields.List(Fields.Required(block, "content", $"{path}.content"), $"{path}.content"), $"{path}.content", role, "text");
        Mark(block, path, role);
    }

    /// <summary>Content that is a text or blocks of some kinds.</summary>
    public void Content(JsonElement content, string path, string role, params IReadOnlyList<string> kinds)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            prompt.Text(Fields.String(content, path));
            return;
        }

        var index = 0;
        foreach (var block in Fields.List(content, path).EnumerateArray())
        {
            var at = Fields.At(path, index++);
            var kind = Fields.Tag(block, at, kinds);
            Any(block, kind, $"{at}.{kind}", role);
        }
    }

    /// <summary>A block of a kind that may stand in a message and in a tool's result.</summary>
    public void Any(JsonElement block, string kind, string path, string role)
    {
        switch (kind)
        {
            case "text":
                Text(block, path, role);
                break;
            case "image":
                Image(block, path, role);
                break;
            case "document":
                Document(block, path, role);
                break;
            default:
                SearchResult(block, path, role);
                break;
        }
    }

    /// <summary>Notes a breakpoint where the block has one.</summary>
    public void Mark(JsonElement block, string path, string? role)
    {
        if (CacheControl(block, path) is { } hour)
        {
            prompt.Mark(role, hour);
        }
    }

    /// <summary>Whether a <c>cache_control</c> is for an hour; null where there is none.</summary>
    public static bool? CacheControl(JsonElement holder, string path)
    {
        if (!Fields.Given(holder, "cache_control", out var control))
        {
            return null;
        }

        var at = path.Length == 0 ? "cache_control" : $"{path}.cache_control";
        Fields.Tag(control, at, "ephemeral");
        Fields.Only(control, $"{at}.ephemeral", "type", "ttl");
        return Fields.Given(control, "ttl", out var ttl) && Fields.OneOf(ttl, $"{at}.ephemeral.ttl", "5m", "1h") == "1h";
    }

    private static string Url(JsonElement source, string path)
    {
        var url = Fields.RequiredString(source, "url", $"{path}.url");
        return url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? url : throw AnthropicWords.Wrong($"{path}.url", "Only HTTPS URLs are supported.");
    }

    private static string Base64(JsonElement source, string path)
    {
        var data = Fields.RequiredString(source, "data", $"{path}.data");
        return data.Length > 0 && System.Buffers.Text.Base64.IsValid(data) ? data : throw AnthropicWords.Wrong($"{path}.data", "invalid base64 data");
    }

    /// <summary>Files are not kept here, so none can be found.</summary>
    private static ProviderFault NoFile(JsonElement source, string path) => new(
        StatusCodes.Status404NotFound, "not_found_error", $"File not found: {Fields.Shorten(Fields.RequiredString(source, "file_id", $"{path}.file_id"))}");

    private void RequireVision(string path)
    {
        if (!model.Can("vision"))
        {
            throw AnthropicWords.Wrong(path, "this model does not support image input");
        }
    }

    /// <summary>A call that an earlier answer made.</summary>
    public (string Id, string Name) ToolUse(JsonElement block, string path, string role)
    {
        Fields.Only(block, path, "type", "id", "name", "input", "cache_control", "caller", "toolset_name");
        var id = Fields.RequiredString(block, "id", $"{path}.id");
        var name = Fields.RequiredString(block, "name", $"{path}.name");
        var input = Fields.Object(Fields.Required(block, "input", $"{path}.input"), $"{path}.input");
        var canonical = $"{{\"name\":{JsonText.Quote(name)},\"input\":{JsonText.Canonical(input)}}}";
        prompt.Attach(canonical, tokenizer.Count(canonical));
        Mark(block, path, role);
        return (id, name);
    }
}
