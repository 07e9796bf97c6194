using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiImages;

/// <summary>Images as OpenAI tells them.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="images">The PNG files, in order.</param>
/// <param name="encoder">Writes the stream; null for an answer sent whole.</param>
/// <param name="id">The request's id: images have none of their own.</param>
/// <param name="created">Unix seconds.</param>
internal sealed class ImageAnswer(ImageRequest request, IReadOnlyList<byte[]> images, ImageStreamWriter? encoder, string id, long created) : IDialectAnswer
{
    public string Id => id;

    public string Model => request.RequestedModel;

    public IReadOnlyList<string> FinishReasons { get; } = ["stop"];

    public string ContentType => encoder is null ? "application/json" : "text/event-stream; charset=utf-8";

    public IChunkEncoder? Encoder => encoder;

    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("created"u8, created);
        if (request.Quality is { } quality)
        {
            json.WriteString("background"u8, request.Transparent ? "transparent"u8 : "opaque"u8);
            json.WriteString("output_format"u8, "png"u8);
            json.WriteString("quality"u8, quality);
            json.WriteString("size"u8, request.Size.Text);
        }

        json.WriteStartArray("data"u8);
        foreach (var image in images)
        {
            json.WriteStartObject();
            json.WriteBase64String("b64_json"u8, image);
            if (request.Model.Id == "dall-e-3")
            {
                json.WriteString("revised_prompt"u8, request.Prompt);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.Quality is not null)
        {
            WriteUsage(json, request);
        }

        json.WriteEndObject();
    }

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
        OpenAiFault.TimedOut().WriteAsync(response, cancellationToken);

    /// <summary>Writes <c>"usage": {…}</c>.</summary>
    public static void WriteUsage(Utf8JsonWriter json, ImageRequest request)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, request.InputTokens);
        json.WriteNumber("output_tokens"u8, request.OutputTokens);
        json.WriteNumber("total_tokens"u8, request.InputTokens + request.OutputTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("text_tokens"u8, request.InputTokens);
        json.WriteNumber("image_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
