using System.Buffers;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>A checked request for text, as the routes of OpenAI's API that answer with text have them in common.</summary>
internal interface IOpenAiTextRequest : ISteeredRequest
{
    /// <summary>What to generate.</summary>
    GenerationRequest Generation { get; }

    /// <summary>How to stream, or null for an answer sent whole.</summary>
    StreamOptions? Stream { get; }

    /// <summary>The tier told in the answer.</summary>
    string ServiceTier { get; }

    /// <summary>Choices in the answer.</summary>
    int Told { get; }

    /// <summary>Whose variant of the format the answer has.</summary>
    ChatVariant Variant { get; }

    /// <summary>Whether the answer is spoken.</summary>
    bool IsSpoken { get; }
}

/// <summary>What a route that answers with text does in its own way.</summary>
/// <param name="Route">The route template.</param>
/// <param name="Operation">OpenTelemetry's <c>gen_ai.operation.name</c>.</param>
/// <param name="Type">What its streams carry.</param>
/// <param name="IdPrefix">How its answers' ids begin.</param>
/// <param name="Parse">Reads a body.</param>
/// <param name="Tell">Makes the answer's form.</param>
internal sealed record OpenAiTextRoute<TRequest>(
    string Route, string Operation, StreamType Type, string IdPrefix, Func<ReadOnlySequence<byte>, ChatVariant, TRequest> Parse,
    Func<TextTelling<TRequest>, IDialectAnswer> Tell)
    where TRequest : IOpenAiTextRequest;

/// <summary>What an answer's form is made of.</summary>
/// <param name="Request">The request.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Context">What the pipeline found out.</param>
/// <param name="Tokenizer">The model's tokenizer.</param>
/// <param name="Head">What every chunk repeats.</param>
/// <param name="Frame">The format of a stream.</param>
/// <param name="Deterministic">Whether ids and times depend on the request alone.</param>
internal readonly record struct TextTelling<TRequest>(
    TRequest Request, Answer Answer, GenerationContext Context, ITokenizer Tokenizer, AnswerHead Head, StreamFrame Frame, bool Deterministic);

/// <summary>Serves the routes of OpenAI's API that answer with text: reads and checks, and hands over to the pipeline.</summary>
internal sealed class OpenAiTextHandler(
    RequestReader reader, GenerationPipeline pipeline, OpenAiExchange exchange, StreamFormats formats, Tokenizers tokenizers, EngineClock clock,
    IOptions<InstallationOptions> installation)
{
    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync<TRequest>(HttpContext context, OpenAiTextRoute<TRequest> route)
        where TRequest : IOpenAiTextRequest =>
        exchange.RunAsync(context, route.Operation, (c, arrival) => AnswerAsync(c, arrival, route));

    private async Task AnswerAsync<TRequest>(HttpContext context, RequestArrival arrival, OpenAiTextRoute<TRequest> route)
        where TRequest : IOpenAiTextRequest
    {
        var called = ChatVariant.Of(context.Request.Headers);
        var (request, (timing, priority, mode)) = await reader.ReadAsync(context, body => route.Parse(body, called));
        var variant = request.Variant;
        var frame = variant.Frame(request.Stream is null ? StreamFrame.ServerSentEvents : formats.ChooseFrame(context.Request));
        RefusePlainText(frame, request);
        await pipeline.RunAsync(context, new GenerationCall(
            route.Route, route.Operation, arrival, request.Generation, timing, request.Stream is not null,
            (answer, found) => route.Tell(new TextTelling<TRequest>(
                request, answer, found, tokenizers.For(request.Generation.Model),
                variant.Head(AnswerHead.Create(
                    route.IdPrefix, request.Generation, request.ServiceTier, found.Seed, _serverSeed, clock.UnixUs / 1_000_000, arrival.Deterministic)),
                frame, arrival.Deterministic)))
        {
            Type = route.Type,
            Frame = frame,
            Mode = mode,
            Priority = priority ?? PriorityClasses.OfServiceTier(request.ServiceTier),
        });
    }

    private static void RefusePlainText(StreamFrame frame, IOpenAiTextRequest request)
    {
        if (!frame.ContentOnly)
        {
            return;
        }

        if (request.IsSpoken)
        {
            throw new OpenAiFault(400, "Plain text cannot tell sound: ask for text alone, or choose another format.", "modalities", "unsupported_format");
        }

        if (request.Told > 1)
        {
            throw new OpenAiFault(400, "Plain text can tell one choice only: ask for one, or choose another format.", "n", "unsupported_format");
        }
    }
}
