using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>Checks and reads the parts of a message that are images or files.</summary>
internal static class InputParts
{
    private const int ImageTokensLow = 85;
    private const int ImageTokensHigh = 765;
    private const int FileTokens = 256;

    /// <summary>Adds a part, by the fixed counts of OpenAI's guide for images and one of our own for files.</summary>
    public static void Add(JsonElement part, string type, string path, ModelInfo model, Attachments attachments)
    {
        if (type == "input_file")
        {
            Fields.Only(part, path, "type", "detail", "file_id", "file_data", "file_url", "filename");
            RequireOne(part, path, "file_id", "file_data", "file_url");
            attachments.Add(Fields.Canonical(part), FileTokens);
            return;
        }

        if (!model.Can("vision"))
        {
            throw new OpenAiFault(400, "Invalid content type. input_image is only supported by certain models.", $"{path}.type", "invalid_value");
        }

        Fields.Only(part, path, "type", "detail", "image_url", "file_id");
        RequireOne(part, path, "image_url", "file_id");
        var low = Fields.Given(part, "detail", out var detail) && Fields.OneOf(detail, $"{path}.detail", "low", "high", "auto", "original") == "low";
        if (Fields.Given(part, "image_url", out var url) && !IsImage(url.GetString()!))
        {
            throw new OpenAiFault(400, $"Invalid '{path}.image_url'. Expected a valid URL, but got a value with an invalid format.", $"{path}.image_url", "invalid_value");
        }

        attachments.Add(Fields.Canonical(part), low ? ImageTokensLow : ImageTokensHigh);
    }

    private static bool IsImage(string url) => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase);

    private static void RequireOne(JsonElement part, string path, params ReadOnlySpan<string> names)
    {
        var given = 0;
        foreach (var name in names)
        {
            if (Fields.Given(part, name, out var value))
            {
                Fields.String(value, $"{path}.{name}");
                given++;
            }
        }

        if (given == 0)
        {
            throw OpenAiFault.Missing($"{path}.{names[0]}");
        }

        if (given > 1)
        {
            throw new OpenAiFault(400, $"Mutually exclusive parameters in '{path}'. Ensure you are only providing one of: '{string.Join("' or '", names.ToArray())}'.", path, "mutually_exclusive_parameters");
        }
    }
}
