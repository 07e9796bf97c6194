using System.Buffers;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.FakeAiStreams;

/// <summary>A request for a generator's stream: what all generators understand, and the body for the rest.</summary>
/// <param name="Model">The model whose timing and tokens count.</param>
/// <param name="Body">The whole body, a JSON object.</param>
/// <param name="PromptTokens">Tokens of <c>input</c>, if that is text.</param>
/// <param name="MaxTokens">Most tokens; null where no limit was given.</param>
/// <param name="Temperature">0 to 2; null where none was given.</param>
internal sealed record StreamRequest(ModelInfo Model, JsonElement Body, int PromptTokens, int? MaxTokens, double? Temperature)
{
    public const string DefaultModel = "gpt-4o-mini";

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    /// <exception cref="OpenAiFault">The body is not valid.</exception>
    public static StreamRequest Parse(ReadOnlySequence<byte> bytes, ModelCatalogue catalogue, Tokenizers tokenizers)
    {
        JsonElement body;
        try
        {
            using var document = JsonDocument.Parse(bytes, s_json);
            body = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw OpenAiFault.NotJson();
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiFault.NotJson();
        }

        try
        {
            return Read(body, catalogue, tokenizers);
        }
        catch (InvalidOperationException)
        {
            // Text that is not UTF-8, found where it was first read.
            throw OpenAiFault.NotJson();
        }
    }

    /// <summary>The seed of everything about the stream.</summary>
    public ulong SeedFor(string generator, long serverSeed)
    {
        var hash = new SeedHash();
        hash.Add(serverSeed);
        hash.Add(generator);
        hash.Add(Model.Id);
        foreach (var member in Body.EnumerateObject())
        {
            // How fast it is told changes nothing of what is told.
            if (!SteeringFields.Knows(member.Name))
            {
                hash.Add(member.Name);
                hash.Add(Fields.Canonical(member.Value));
            }
        }

        return hash.Value;
    }

    private static StreamRequest Read(JsonElement body, ModelCatalogue catalogue, Tokenizers tokenizers)
    {
        var named = Fields.Member(body, "model");
        var name = Fields.IsNull(named) ? DefaultModel : Fields.String(named, "model");
        if (!catalogue.TryGet(name, out var model))
        {
            throw new OpenAiFault(
                404, $"The model `{OpenAiFault.Shorten(name)}` does not exist or you do not have access to it.", code: "model_not_found");
        }

        var input = Fields.Member(body, "input");
        var limit = Fields.Member(body, "max_tokens");
        var temperature = Fields.Member(body, "temperature");
        return new StreamRequest(
            model,
            body,
            input.ValueKind == JsonValueKind.String ? tokenizers.For(model).Count(input.GetString()) : 0,
            Fields.IsNull(limit) ? null : (int)Fields.Integer(limit, "max_tokens", 1, int.MaxValue),
            Fields.IsNull(temperature) ? null : Fields.Decimal(temperature, "temperature", 0, 2));
    }
}
