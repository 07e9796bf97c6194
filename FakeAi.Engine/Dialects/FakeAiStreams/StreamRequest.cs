using System.Buffers;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.FakeAiStreams;

/// <summary>A checked request for a generator's stream.</summary>
/// <param name="Generator">What all generators understand, and the body for the rest.</param>
/// <param name="Steering">What the body says about the request's own timing.</param>
internal sealed record StreamRequest(GeneratorRequest Generator, SteeringFields Steering) : ISteeredRequest
{
    public const string DefaultModel = "gpt-4o-mini";

    /// <exception cref="OpenAiFault">The body is not valid.</exception>
    public static StreamRequest Parse(ReadOnlySequence<byte> bytes, ModelCatalogue catalogue, Tokenizers tokenizers) =>
        JsonBody.Parse(bytes, root => Read(root.Clone(), catalogue, tokenizers));

    /// <summary>The seed of everything about the stream.</summary>
    public ulong SeedFor(string generator, long serverSeed)
    {
        var hash = new SeedHash();
        hash.Add(serverSeed);
        hash.Add(generator);
        hash.Add(Generator.Model.Id);
        foreach (var member in Generator.Body.EnumerateObject())
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
        var model = CommonFields.Find(catalogue, Fields.IsNull(named) ? DefaultModel : Fields.String(named, "model"));
        var input = Fields.Member(body, "input");
        return new StreamRequest(
            new GeneratorRequest(
                model,
                body,
                input.ValueKind == JsonValueKind.String ? tokenizers.For(model).Count(input.GetString()) : 0,
                (int?)CommonFields.Integer(body, "max_tokens", 1, int.MaxValue),
                CommonFields.Decimal(body, "temperature", 0, 2)),
            SteeringFields.Of(body));
    }
}
