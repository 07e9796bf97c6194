using System.Security.Cryptography;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>An answer with all that telling it takes.</summary>
internal sealed class ToldContent
{
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const int IdLength = 22;
    private const int SignatureLength = 128;
    private const ulong Purpose = 0x6E31;
    private const ulong ChoicePurpose = 0x6E32;
    private const ulong SignaturePurpose = 0x6E33;

    private readonly ulong _seed;
    private readonly ITokenizer _tokenizer;

    public ToldContent(GenerateRequest request, Answer answer, GenerationContext context, ITokenizer tokenizer, bool deterministic)
    {
        (Request, Answer, CachedTokens) = (request, answer, context.CachedTokens);
        (_seed, _tokenizer) = (context.Seed, tokenizer);
        var (model, requested) = (request.Generation.Model, request.Generation.RequestedModel);
        Model = model.Snapshot is { } snapshot && requested == model.Id ? snapshot : requested;
        Id = deterministic ? new SeededRandom(SeedHash.Derive(_seed, Purpose)).NextText(Base64Url, IdLength) : RandomNumberGenerator.GetString(Base64Url, IdLength);
    }

    public GenerateRequest Request { get; }

    public Answer Answer { get; }

    /// <summary>Tokens of the prompt that the cache held.</summary>
    public int CachedTokens { get; }

    /// <summary>Told as <c>responseId</c>.</summary>
    public string Id { get; }

    /// <summary>Told as <c>modelVersion</c>.</summary>
    public string Model { get; }

    /// <summary>Google's word for how a choice ends.</summary>
    public static string FinishReason(AnswerChoice choice) => choice.Finish switch
    {
        Generation.FinishReason.Length => "MAX_TOKENS",
        Generation.FinishReason.ContentFilter => "SAFETY",
        _ => "STOP",
    };

    /// <summary>Whether a part is told: one whose text a limit cut off is no call any more.</summary>
    public static bool IsTold(AnswerPart part) => part.Pieces.Count > 0 && (part.Call is null || JsonText.ObjectOrEmpty(part.Text) == part.Text);

    /// <summary>The probabilities of each piece of a part; null where they are not asked for, or the part has none.</summary>
    public TokenProbability[][]? Probabilities(AnswerPart part, int choice) =>
        Request.TopLogprobs is { } top && part.Kind is PartKind.Content or PartKind.Refusal
            ? LogProbabilities.Of(part, SeedHash.Derive(SeedHash.Derive(_seed, ChoicePurpose), (ulong)choice), top, _tokenizer)
            : null;

    /// <summary>Writes a part as it is told whole.</summary>
    public void WritePart(Utf8JsonWriter json, AnswerPart part)
    {
        json.WriteStartObject();
        if (part.Call is { } call)
        {
            json.WriteStartObject("functionCall"u8);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("args"u8);
            json.WriteRawValue(part.Text, skipInputValidation: true);
            json.WriteEndObject();
            if (Answer.ReasoningTokens > 0)
            {
                // What a model that thinks wants back with the call; opaque and not checked.
                json.WriteString("thoughtSignature"u8, new SeededRandom(SeedHash.Derive(_seed, SignaturePurpose)).NextText(Base64Url, SignatureLength));
            }
        }
        else
        {
            json.WriteString("text"u8, part.Text);
            if (part.Kind == PartKind.Reasoning)
            {
                json.WriteBoolean("thought"u8, value: true);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a candidate's ratings, as a member of the object under way.</summary>
    public void WriteRatings(Utf8JsonWriter json)
    {
        if (Request.SafetyCategories.Count == 0)
        {
            return;
        }

        json.WriteStartArray("safetyRatings"u8);
        foreach (var category in Request.SafetyCategories)
        {
            json.WriteStartObject();
            json.WriteString("category"u8, category);
            json.WriteString("probability"u8, "NEGLIGIBLE"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes <c>logprobsResult</c>, as a member of the object under way.</summary>
    public static void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<TokenProbability> tokens)
    {
        json.WriteStartObject("logprobsResult"u8);
        json.WriteStartArray("topCandidates"u8);
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            json.WriteStartArray("candidates"u8);
            foreach (var likely in token.Top)
            {
                Write(json, likely);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("chosenCandidates"u8);
        foreach (var token in tokens)
        {
            Write(json, token);
        }

        json.WriteEndArray();
        json.WriteEndObject();

        static void Write(Utf8JsonWriter json, TokenProbability token)
        {
            json.WriteStartObject();
            json.WriteString("token"u8, token.Token);
            json.WriteNumber("logProbability"u8, token.LogProbability);
            json.WriteEndObject();
        }
    }

    /// <summary>Writes <c>usageMetadata</c> of the whole answer, as a member of the object under way.</summary>
    public void WriteUsage(Utf8JsonWriter json)
    {
        var prompt = Request.Generation.PromptTokens;
        var thoughts = Answer.ReasoningTokens;
        json.WriteStartObject("usageMetadata"u8);
        json.WriteNumber("promptTokenCount"u8, prompt);
        json.WriteNumber("candidatesTokenCount"u8, Answer.CompletionTokens - thoughts);
        json.WriteNumber("totalTokenCount"u8, prompt + Answer.CompletionTokens);
        if (CachedTokens > 0)
        {
            json.WriteNumber("cachedContentTokenCount"u8, CachedTokens);
        }

        json.WriteStartArray("promptTokensDetails"u8);
        json.WriteStartObject();
        json.WriteString("modality"u8, "TEXT"u8);
        json.WriteNumber("tokenCount"u8, prompt);
        json.WriteEndObject();
        json.WriteEndArray();
        if (thoughts > 0)
        {
            json.WriteNumber("thoughtsTokenCount"u8, thoughts);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what names the answer, as members of the object under way.</summary>
    public void WriteNames(Utf8JsonWriter json)
    {
        json.WriteString("modelVersion"u8, Model);
        json.WriteString("responseId"u8, Id);
    }
}
