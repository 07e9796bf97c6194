using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiImages;

/// <summary>
/// Writes the events of one image: partial ones, evenly spread over its tokens, and the last token's completed one. All are
/// encoded beforehand; on the wheel's thread bytes are only copied.
/// </summary>
internal sealed class ImageStreamWriter : IChunkEncoder
{
    private const string Partial = "image_generation.partial_image";
    private const string Completed = "image_generation.completed";

    private readonly Dictionary<int, byte[]> _events = [];

    /// <param name="request">What was asked for.</param>
    /// <param name="partials">The partial PNG files, coarse to fine.</param>
    /// <param name="image">The whole one.</param>
    /// <param name="created">Unix seconds.</param>
    public ImageStreamWriter(ImageRequest request, IReadOnlyList<byte[]> partials, byte[] image, long created)
    {
        var tokens = request.OutputTokens;
        for (var i = 0; i < partials.Count; i++)
        {
            _events[tokens * (i + 1) / (partials.Count + 1)] = Event(request, Partial, partials[i], created, i);
        }

        _events[tokens - 1] = Event(request, Completed, image, created, index: null);
    }

    public void WriteStart(PipeWriter output)
    {
    }

    public void WriteStep(PipeWriter output, int step)
    {
        if (_events.TryGetValue(step, out var bytes))
        {
            output.Write(bytes);
        }
    }

    public void WriteEnd(PipeWriter output)
    {
    }

    private static byte[] Event(ImageRequest request, string type, byte[] image, long created, int? index)
    {
        var buffer = new ArrayBufferWriter<byte>((image.Length * 4 / 3) + 512);
        buffer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: {type}\ndata: ")));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteBase64String("b64_json"u8, image);
            json.WriteNumber("created_at"u8, created);
            json.WriteString("size"u8, request.Size.Text);
            json.WriteString("quality"u8, request.Quality);
            json.WriteString("background"u8, request.Transparent ? "transparent"u8 : "opaque"u8);
            json.WriteString("output_format"u8, "png"u8);
            if (index is { } at)
            {
                json.WriteNumber("partial_image_index"u8, at);
            }
            else
            {
                ImageAnswer.WriteUsage(json, request);
            }

            json.WriteEndObject();
        }

        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
