using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Streaming.Generators;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.FakeAiStreams;

/// <summary>Serves generators' streams: finds generator and format, reads the body, refuses in OpenAI's words.</summary>
internal sealed class StreamsHandler(
    GeneratorPipeline pipeline, StreamGenerators generators, StreamFormats formats, ModelCatalogue catalogue, Tokenizers tokenizers, RequestReader reader,
    OpenAiExchange exchange, IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/fakeai/streams/{generator}";
    private const string Operation = "stream";

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var name = (string?)context.Request.RouteValues["generator"] ?? "";
        if (generators.Find(name) is not { } generator)
        {
            throw new OpenAiFault(
                404, $"There is no stream generator '{OpenAiFault.Shorten(name)}'. There are: {generators.Names}.", "generator", "generator_not_found");
        }

        var formatter = formats.Choose(context.Request);
        var (request, (timing, priority, _)) = await reader.ReadAsync(context, bytes => StreamRequest.Parse(bytes, catalogue, tokenizers));
        await pipeline.RunAsync(context, new GeneratorCall(
            Route, Operation, arrival, timing, generator, formatter, request.Generator, request.SeedFor(generator.Name, _serverSeed))
        {
            Type = generator.Type,
            Priority = priority ?? PriorityClass.Normal,
        });
    }
}
