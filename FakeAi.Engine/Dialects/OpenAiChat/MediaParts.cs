using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Checks and reads the parts of a message that are images or sound.</summary>
internal static class MediaParts
{
    private const int ImageTokensLow = 85;
    private const int ImageTokensHigh = 765;

    /// <summary>An image, by the fixed counts of OpenAI's guide.</summary>
    public static void Image(JsonElement image, string path, Attachments attachments)
    {
        Fields.Only(image, $"{path}.image_url", "url", "detail");
        var url = Fields.RequiredString(image, "url", $"{path}.image_url.url");
        var detail = Fields.Member(image, "detail");
        var low = !Fields.IsNull(detail) && Fields.OneOf(detail, $"{path}.image_url.detail", "low", "high", "auto", "original") == "low";
        if (!url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            && !url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAiFault(
                400, $"Invalid '{path}.image_url.url'. Expected a valid URL, but got a value with an invalid format.", $"{path}.image_url.url", "invalid_value");
        }

        attachments.Add(url, low ? ImageTokensLow : ImageTokensHigh);
    }

    /// <summary>A sound, by its length.</summary>
    public static void Sound(JsonElement audio, string path, Attachments attachments)
    {
        Fields.Only(audio, $"{path}.input_audio", "data", "format");
        var data = Fields.RequiredString(audio, "data", $"{path}.input_audio.data");
        if (!audio.TryGetProperty("format", out var format))
        {
            throw OpenAiFault.Missing($"{path}.input_audio.format");
        }

        var kind = Fields.OneOf(format, $"{path}.input_audio.format", "wav", "mp3");
        var tokens = InputSound.Tokens(data, wav: kind == "wav");
        attachments.Add(data, tokens, tokens);
    }
}
