using System.Runtime.CompilerServices;
using System.Text.Json;
using FakeAi.Engine.Dialects.FakeAiStreams;
using FakeAi.Engine.Media.Images;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Generators;

namespace FakeAi.Engine.Media;

/// <summary>
/// <c>image</c>: draws <c>input</c> (at most 4,000 characters), <c>width</c> × <c>height</c> (64 to 2,048, 512 unless given), as
/// whole PNG files: <c>partial_images</c> coarse ones (0 to 3, 2 unless given), then the picture. Each takes 100 tokens' time.
/// </summary>
internal sealed class ImageGenerator : IStreamGenerator
{
    private const int LongestPrompt = 4_000;
    private const int CoarsestSquare = 64;
    private const int TokensPerImage = 100;

    public string Name => "image";

    public StreamType Type => StreamType.Image;

    public async IAsyncEnumerable<StreamChunk> GenerateAsync(
        StreamContext context, JsonElement request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prompt = MediaFields.Text(context, request, "input", LongestPrompt);
        var width = StreamFields.Integer(context, request, "width", 512, 64, 2_048);
        var height = StreamFields.Integer(context, request, "height", 512, 64, 2_048);
        var partials = StreamFields.Integer(context, request, "partial_images", 2, 0, 3);
        var canvas = Painter.Paint(prompt, width, height, transparent: false, context.Seed);
        for (var i = 0; i < partials; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return StreamChunk.Binary(PngWriter.Write(canvas.Coarse(CoarsestSquare >> i), alpha: false), TokensPerImage) with { Type = "partial_image" };
        }

        yield return StreamChunk.Binary(PngWriter.Write(canvas, alpha: false), TokensPerImage) with { Type = "image" };
        await Task.CompletedTask;
    }
}
