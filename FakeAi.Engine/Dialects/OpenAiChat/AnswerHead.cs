using System.Globalization;
using System.Security.Cryptography;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>What every chunk of an answer repeats.</summary>
/// <param name="Id">The prefix of its kind, such as <c>chatcmpl-</c>, and 29 letters or digits.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Model">The snapshot that answers.</param>
/// <param name="ServiceTier">The tier that served it.</param>
/// <param name="Fingerprint"><c>fp_</c> and 10 hex digits; changes with the model and the server's seed.</param>
internal sealed record AnswerHead(string Id, long Created, string Model, string ServiceTier, string Fingerprint)
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const ulong Purpose = 0x1D;

    public static AnswerHead Create(
        string prefix, GenerationRequest request, string tier, ulong seed, long serverSeed, long unixSeconds, bool deterministic)
    {
        var model = request.Model;
        var hash = new SeedHash();
        hash.Add(serverSeed);
        hash.Add(model.Id);
        var fingerprint = "fp_" + (hash.Value & 0xFF_FFFF_FFFF).ToString("x10", CultureInfo.InvariantCulture);
        var named = ModelNamed(model, request.RequestedModel);
        if (!deterministic)
        {
            return new AnswerHead(prefix + RandomNumberGenerator.GetString(Base62, 29), unixSeconds, named, tier, fingerprint);
        }

        var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
        var id = prefix + random.NextText(Base62, 29);
        return new AnswerHead(id, 1_735_689_600 + random.Next(31_536_000), named, tier, fingerprint);
    }

    /// <summary>A family's id is answered by its dated snapshot; every other name by itself.</summary>
    private static string ModelNamed(ModelInfo model, string requested) =>
        model.Snapshot is { } snapshot && string.Equals(requested, model.Id, StringComparison.Ordinal) ? snapshot : requested;
}
