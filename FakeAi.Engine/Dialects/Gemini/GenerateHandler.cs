using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Serves Gemini's methods <c>generateContent</c>, <c>streamGenerateContent</c> and <c>countTokens</c> of a model.</summary>
internal sealed class GenerateHandler(
    GenerateRequestParser parser, RequestBody body, SteeringReader steering, GenerationPipeline pipeline, ProviderExchange exchange, Tokenizers tokenizers)
{
    private const string Operation = "generate_content";

    /// <summary>Answers whole.</summary>
    public RequestDelegate Generate(string version, string route) => context =>
        exchange.RunAsync(context, Operation, GeminiWords.Plain, (c, arrival) => AnswerAsync(c, arrival, version, route, form: null));

    /// <summary>Answers in a stream: events with <c>alt=sse</c>, else a JSON array.</summary>
    public RequestDelegate Stream(string version, string route) => context =>
    {
        var form = context.Request.Query["alt"] == "sse" ? StreamForm.Events : StreamForm.Array;
        return exchange.RunAsync(context, Operation, form.Words, (c, arrival) => AnswerAsync(c, arrival, version, route, form));
    };

    /// <summary>Counts a prompt's tokens.</summary>
    public RequestDelegate Count(string version) => context => exchange.RunAsync(context, "count_tokens", GeminiWords.Plain, async (counted, _) =>
    {
        var model = ModelOf(counted, version, "countTokens", out var _);
        var tokens = await body.ReadAsync(counted, sequence => parser.Count(sequence, model));
        counted.Response.ContentType = "application/json; charset=UTF-8";
        await counted.Response.BodyWriter.WriteAsync(
            JsonText.Bytes(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("totalTokens"u8, tokens);
                json.WriteStartArray("promptTokensDetails"u8);
                json.WriteStartObject();
                json.WriteString("modality"u8, "TEXT"u8);
                json.WriteNumber("tokenCount"u8, tokens);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }),
            counted.RequestAborted);
    });

    private ModelInfo ModelOf(HttpContext context, string version, string method, out string requested)
    {
        requested = (string?)context.Request.RouteValues["model"] ?? "";
        return parser.Model(requested, version, method);
    }

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival, string version, string route, StreamForm? form)
    {
        var model = ModelOf(context, version, form is null ? "generateContent" : "streamGenerateContent", out var requested);
        var request = await body.ReadAsync(context, sequence => parser.Parse(sequence, model, requested));
        var (timing, priority, mode) = steering.Read(context.Request.Headers, request.Steering);
        await pipeline.RunAsync(context, new GenerationCall(
            route, Operation, arrival, request.Generation, timing, form is not null,
            (answer, found) => new ContentAnswer(
                new ToldContent(request, answer, found, tokenizers.For(model), arrival.Deterministic), form, arrival.RequestId))
        {
            Frame = (form ?? StreamForm.Events).Frame,
            Mode = mode,
            Priority = priority ?? PriorityClass.Normal,
        });
    }
}
