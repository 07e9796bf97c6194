using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Embeddings;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiEmbeddings;

/// <summary>Serves <c>POST /v1/embeddings</c>. Embeds before the wait, so that nothing is left to compute when it is over.</summary>
internal sealed class EmbeddingHandler(
    EmbeddingRequestParser parser, RequestBody body, SteeringReader steering, WholeAnswers answers, OpenAiExchange exchange, IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/embeddings";

    private const string Operation = "embeddings";

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var request = await body.ReadAsync(context, parser.Parse);
        var call = new WholeCall(
            Route, Operation, arrival, request.Model, request.RequestedModel, request.Tokens, steering.Read(context.Request.Headers, request.Steering),
            request.SeedFor(_serverSeed), arrival.RequestId)
        {
            TimedOut = OpenAiFault.TimedOut().WriteAsync,
        };
        var vectors = request.Texts.Select(t => TextEmbedder.Embed(t, request.Model.Id, request.Model.Dimensions, request.Dimensions)).ToArray();
        await answers.RunAsync(context, call, output => Write(output, request, vectors));
    }

    private static void Write(IBufferWriter<byte> output, EmbeddingRequest request, float[][] vectors)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (var i = 0; i < vectors.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            json.WritePropertyName("embedding"u8);
            Write(json, vectors[i], request.Base64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, request.RequestedModel);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, request.Tokens);
        json.WriteNumber("total_tokens"u8, request.Tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            // Little-endian, as every machine that this runs on is.
            json.WriteBase64StringValue(MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }

        json.WriteStartArray();
        foreach (var value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
