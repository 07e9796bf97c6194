using System.Security.Cryptography;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>What names an answer and its parts. Ids have Anthropic's lengths: a prefix, <c>01</c>, and 22 letters or digits.</summary>
/// <param name="Id"><c>msg_01…</c>.</param>
/// <param name="Model">The dated snapshot that answers.</param>
/// <param name="Signature">The seed of signatures of thinking blocks.</param>
internal sealed record MessageHead(string Id, string Model, ulong Signature)
{
    private const string Letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const string OwnCall = "call_";
    private const int IdLength = 22;
    private const int SignatureLength = 340;
    private const ulong Purpose = 0xA27;
    private const ulong SignaturePurpose = 0x516;

    public static MessageHead Create(GenerationRequest request, ulong seed, bool deterministic)
    {
        var model = request.Model;
        var named = model.Snapshot is { } snapshot && request.RequestedModel == model.Id ? snapshot : request.RequestedModel;
        var id = deterministic ? new SeededRandom(SeedHash.Derive(seed, Purpose)).NextText(Letters, IdLength) : RandomNumberGenerator.GetString(Letters, IdLength);
        return new MessageHead("msg_01" + id, named, SeedHash.Derive(seed, SignaturePurpose));
    }

    /// <summary>A thinking block's signature: opaque base64, as Anthropic's are.</summary>
    public string SignatureOf(int block) => new SeededRandom(SeedHash.Derive(Signature, (ulong)block)).NextText(Base64, SignatureLength);

    /// <summary>A call's id as Anthropic spells it; one that a script gave stays as it is.</summary>
    public static string CallId(CalledTool call) =>
        call.Id.StartsWith(OwnCall, StringComparison.Ordinal) && call.Id.Length >= OwnCall.Length + IdLength ? "toolu_01" + call.Id[^IdLength..] : call.Id;
}
