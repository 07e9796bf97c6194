using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Workers;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Serves <c>POST /v1/messages</c> and <c>POST /v1/messages/count_tokens</c>.</summary>
internal sealed class MessagesHandler(
    MessagesRequestParser parser, RequestBody body, SteeringReader steering, GenerationPipeline pipeline, ProviderExchange exchange, IOptions<EngineOptions> options)
{
    public const string Route = "/v1/messages";
    public const string CountRoute = "/v1/messages/count_tokens";
    private const string Operation = "chat";

    private readonly int _block = options.Value.KvCache.BlockTokens;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, Operation, AnthropicWords.Instance, AnswerAsync);

    public Task CountAsync(HttpContext context) => exchange.RunAsync(context, "count_tokens", AnthropicWords.Instance, async (counted, _) =>
    {
        var tokens = await body.ReadAsync(counted, parser.Count);
        counted.Response.ContentType = "application/json";
        await counted.Response.BodyWriter.WriteAsync(
            JsonText.Bytes(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("input_tokens"u8, tokens);
                json.WriteEndObject();
            }),
            counted.RequestAborted);
    });

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var version = context.Request.Headers["anthropic-version"].ToString();
        var request = await body.ReadAsync(context, sequence => parser.Parse(sequence, version));
        var (timing, priority, mode) = steering.Read(context.Request.Headers, request.Steering);
        var generation = request.Generation;
        await pipeline.RunAsync(context, new GenerationCall(
            Route, Operation, arrival, generation, timing, request.Stream,
            (answer, found) => new MessageAnswer(
                new ToldMessage(
                    MessageHead.Create(generation, found.Seed, arrival.Deterministic),
                    answer.Choices[0],
                    MessageUsage.Of(request.Cache, generation.PromptTokens, found.CachedTokens, _block, answer),
                    request.Thinks),
                request.Stream,
                arrival.RequestId))
        {
            Frame = EventFrame.Stream,
            Mode = mode,
            Priority = priority ?? PriorityClass.Normal,
        });
    }
}
