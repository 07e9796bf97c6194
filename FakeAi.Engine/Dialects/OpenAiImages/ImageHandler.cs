using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Media;
using FakeAi.Engine.Media.Images;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiImages;

/// <summary>Serves <c>POST /v1/images/generations</c>. Paints before its time has passed, so that nothing is left to compute when it has.</summary>
internal sealed class ImageHandler(
    ImageRequestParser parser, RequestReader reader, MediaPipeline pipeline, OpenAiExchange exchange, EngineClock clock,
    IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/images/generations";

    /// <summary>Squares of the first partial image; each further one halves them.</summary>
    private const int CoarsestSquare = 64;

    private const ulong CreatedPurpose = 0xC7EA7;

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, MediaPipeline.Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var (request, (timing, priority, _)) = await reader.ReadAsync(context, parser.Parse);
        var seed = request.SeedFor(_serverSeed);
        await pipeline.RunAsync(
            context,
            new MediaCall(Route, arrival, timing, request.PartialImages is not null, () => (
                request.OutputTokens > 0 ? new PacedTokens(request.OutputTokens) : new UncountedStep(), Paint(request, arrival, seed)))
            {
                Prompt = new MediaPrompt(request.Model, request.RequestedModel, request.InputTokens),
                Type = StreamType.Image,
                Priority = priority ?? PriorityClass.Normal,
            },
            seed);
    }

    private ImageAnswer Paint(ImageRequest request, RequestArrival arrival, ulong seed)
    {
        var created = arrival.Deterministic
            ? 1_735_689_600 + new SeededRandom(SeedHash.Derive(seed, CreatedPurpose)).Next(31_536_000)
            : clock.UnixUs / 1_000_000;
        var images = new List<byte[]>(request.Count);
        ImageStreamWriter? encoder = null;
        for (var i = 0; i < request.Count; i++)
        {
            var canvas = Painter.Paint(request.Prompt, request.Size.Width, request.Size.Height, request.Transparent, SeedHash.Derive(seed, (ulong)i));
            var image = PngWriter.Write(canvas, request.Transparent);
            if (request.PartialImages is { } count)
            {
                var partials = Enumerable.Range(0, count).Select(p => PngWriter.Write(canvas.Coarse(CoarsestSquare >> p), request.Transparent));
                encoder = new ImageStreamWriter(request, [.. partials], image, created);
            }
            else
            {
                images.Add(image);
            }
        }

        return new ImageAnswer(request, images, encoder, arrival.RequestId, created);
    }
}
