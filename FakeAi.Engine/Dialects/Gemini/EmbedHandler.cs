using System.Buffers;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Embeddings;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Serves Gemini's methods <c>embedContent</c> and <c>batchEmbedContents</c>. Embeds before the wait, so that nothing is left to compute when it is over.</summary>
internal sealed class EmbedHandler(
    EmbedRequestParser parser, RequestBody body, SteeringReader steering, WholeAnswers answers, ProviderExchange exchange, IOptions<InstallationOptions> installation)
{
    private const string Operation = "embeddings";
    private const string Domain = "gemini embeddings";

    /// <summary>How far a task turns a text's vector: those of one text for two tasks have a cosine of about 1 / (1 + this²).</summary>
    private const float TaskShare = 0.25f;

    private readonly long _serverSeed = installation.Value.Seed;

    /// <summary>Embeds one text, or a batch of them.</summary>
    public RequestDelegate Embed(string version, string route, bool batch) => context =>
        exchange.RunAsync(context, Operation, GeminiWords.Plain, (c, arrival) => AnswerAsync(c, arrival, version, route, batch));

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival, string version, string route, bool batch)
    {
        var name = (string?)context.Request.RouteValues["model"] ?? "";
        var model = parser.Model(name, version, batch ? "batchEmbedContents" : "embedContent");
        var request = await body.ReadAsync(context, sequence => batch ? parser.ParseBatch(sequence, model) : parser.Parse(sequence, model));
        var seed = new SeedHash();
        seed.Add(Domain);
        seed.Add(_serverSeed);
        seed.Add(model.Id);
        foreach (var text in request.Texts)
        {
            seed.Add(text.Text);
        }

        var call = new WholeCall(
            route, Operation, arrival, model, name, request.Texts.Sum(static t => t.Tokens), steering.Read(context.Request.Headers, request.Steering),
            seed.Value, arrival.RequestId)
        {
            ContentType = "application/json; charset=UTF-8",
            TimedOut = (response, cancellationToken) => GeminiWords.Plain.WriteAsync(response, GeminiWords.Plain.TimedOut(), arrival.RequestId, cancellationToken),
        };
        var vectors = request.Texts.Select(t => Vector(t, model)).ToArray();
        await answers.RunAsync(context, call, output => Write(output, vectors, batch));
    }

    /// <summary>
    /// The vector of a text for a task. Shorter ones are the beginning of the full one and are not made length 1 again: as Google's,
    /// whose documentation leaves that to the client.
    /// </summary>
    private static float[] Vector(EmbedText text, ModelInfo model)
    {
        var vector = TextEmbedder.Embed(text.Text, model.Id, model.Dimensions, model.Dimensions);
        if (text.Task is { } task)
        {
            var turn = TextEmbedder.Embed(text.Text, $"{model.Id} {task}", model.Dimensions, model.Dimensions);
            var square = 0.0;
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] += TaskShare * turn[i];
                square += (double)vector[i] * vector[i];
            }

            var length = Math.Sqrt(square);
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = (float)(vector[i] / length);
            }
        }

        return text.Dimensions == vector.Length ? vector : vector[..text.Dimensions];
    }

    private static void Write(IBufferWriter<byte> output, float[][] vectors, bool batch)
    {
        using var json = new Utf8JsonWriter(output, JsonText.Indented);
        json.WriteStartObject();
        if (batch)
        {
            json.WriteStartArray("embeddings"u8);
        }
        else
        {
            json.WritePropertyName("embedding"u8);
        }

        foreach (var vector in vectors)
        {
            json.WriteStartObject();
            json.WriteStartArray("values"u8);
            foreach (var value in vector)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (batch)
        {
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
