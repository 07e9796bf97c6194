using System.Security.Cryptography;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>What names a response and its items: a prefix and 48 hex digits, as OpenAI's.</summary>
/// <param name="Id"><c>resp_…</c>.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Model">The snapshot that answers.</param>
internal sealed record ResponseHead(string Id, long Created, string Model)
{
    private const string Hex = "0123456789abcdef";
    private const int Length = 48;
    private const ulong Purpose = 0x2E5;
    private const int SealLength = 344;
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    public static ResponseHead Create(AnswerHead head, ulong seed, bool deterministic) => new(
        "resp_" + (deterministic ? new SeededRandom(SeedHash.Derive(seed, Purpose)).NextText(Hex, Length) : RandomNumberGenerator.GetHexString(Length, lowercase: true)),
        head.Created,
        head.Model);

    /// <summary>The id of an item of the output.</summary>
    public string ItemId(string prefix, int index) => prefix + Random(index, 1).NextText(Hex, Length);

    /// <summary>A reasoning item's encrypted form: opaque, as OpenAI's is.</summary>
    public string Seal(int index) => "gAAAAA" + Random(index, 2).NextText(Base64Url, SealLength);

    private SeededRandom Random(int index, ulong purpose)
    {
        var hash = new SeedHash();
        hash.Add(Id);
        hash.Add((long)index);
        return new SeededRandom(SeedHash.Derive(hash.Value, purpose));
    }
}
