using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiImages;

/// <summary>A checked request for images; what was left to the model is decided.</summary>
/// <param name="Model">The model that draws.</param>
/// <param name="RequestedModel">The model as the client wrote it.</param>
/// <param name="Prompt">What to draw.</param>
/// <param name="Count">How many.</param>
/// <param name="Size">Width and height.</param>
/// <param name="Quality"><c>low</c>, <c>medium</c> or <c>high</c>; null for models that tell none.</param>
/// <param name="Transparent">Whether the background is transparent.</param>
/// <param name="PartialImages">How many partial images a stream shows; null for an answer sent whole.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
internal sealed record ImageRequest(
    ModelInfo Model, string RequestedModel, string Prompt, int Count, ImageSize Size, string? Quality, bool Transparent, int? PartialImages, int InputTokens)
    : ISteeredRequest
{
    public SteeringFields Steering { get; init; } = SteeringFields.None;

    private const string Domain = "image";

    /// <summary>Tokens that each partial image of a stream costs, as OpenAI's guide to image generation says.</summary>
    private const int TokensPerPartialImage = 100;

    /// <summary>Output tokens of all images, by the table of OpenAI's guide; 0 for models that count none.</summary>
    public int OutputTokens => Quality is null ? 0 : (Count * PerImage(Quality, Size)) + ((PartialImages ?? 0) * TokensPerPartialImage);

    /// <summary>The seed of the pictures. How many there are and how they are sent does not enter.</summary>
    public ulong SeedFor(long serverSeed)
    {
        var hash = new SeedHash();
        hash.Add(Domain);
        hash.Add(serverSeed);
        hash.Add(Model.Id);
        hash.Add(Prompt);
        return hash.Value;
    }

    private static int PerImage(string quality, ImageSize size) => (quality, size.Width.CompareTo(size.Height)) switch
    {
        ("low", 0) => 272,
        ("low", < 0) => 408,
        ("low", _) => 400,
        ("medium", 0) => 1056,
        ("medium", < 0) => 1584,
        ("medium", _) => 1568,
        (_, 0) => 4160,
        (_, < 0) => 6240,
        _ => 6208,
    };
}

/// <summary>Pixels, and how the API writes them.</summary>
internal readonly record struct ImageSize(int Width, int Height, string Text);
