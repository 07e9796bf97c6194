using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiEmbeddings;

/// <summary>A checked request for embeddings.</summary>
/// <param name="Model">The model that embeds.</param>
/// <param name="RequestedModel">The model as the client wrote it.</param>
/// <param name="Texts">What to embed, tokens spelled out.</param>
/// <param name="Tokens">Tokens of all of it.</param>
/// <param name="Dimensions">Length of the vectors.</param>
/// <param name="Base64">Base64 of little-endian floats rather than numbers.</param>
internal sealed record EmbeddingRequest(ModelInfo Model, string RequestedModel, IReadOnlyList<string> Texts, int Tokens, int Dimensions, bool Base64)
{
    /// <summary>What the body says about the request's own timing.</summary>
    public SteeringFields Steering { get; init; } = SteeringFields.None;

    private const string Domain = "embeddings";

    /// <summary>The seed of the timing; vectors depend on model and text alone.</summary>
    public ulong SeedFor(long serverSeed)
    {
        var hash = new SeedHash();
        hash.Add(Domain);
        hash.Add(serverSeed);
        hash.Add(Model.Id);
        foreach (var text in Texts)
        {
            hash.Add(text);
        }

        return hash.Value;
    }
}
