using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Serves <c>POST /v1/chat/completions</c>: reads and checks, hands over to the pipeline, refuses in OpenAI's words.</summary>
internal sealed partial class ChatHandler(
    ChatRequestParser parser,
    RequestBody body,
    GenerationPipeline pipeline,
    StreamManager streams,
    EngineClock clock,
    EngineTelemetry telemetry,
    IOptions<InstallationOptions> installation,
    ILogger<ChatHandler> logger)
{
    public const string Route = "/v1/chat/completions";
    private const string Operation = "chat";

    private readonly long _serverSeed = installation.Value.Seed;

    public async Task HandleAsync(HttpContext context)
    {
        var arrival = RequestArrival.Read(context.Request.Headers, clock);
        if (!streams.TryTake())
        {
            await RefuseAsync(context, arrival, Overloaded());
            return;
        }

        try
        {
            await AnswerAsync(context, arrival);
        }
        catch (OpenAiFault fault)
        {
            await RefuseAsync(context, arrival, fault);
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseAsync(context, arrival, new OpenAiFault(exception.StatusCode, BodyFault(exception.StatusCode)));
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The client left before its request was read whole: nobody is there to be told.
            Log.LeftEarly(logger, arrival.RequestId);
        }
        finally
        {
            streams.Release();
        }
    }

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        if (RequestArrival.TryReadTiming(context.Request.Headers, out var timing) is { } header)
        {
            throw new OpenAiFault(400, $"Invalid header '{header}': expected a number of milliseconds.", header, "invalid_header");
        }

        var request = await body.ReadAsync(context, parser.Parse);
        await pipeline.RunAsync(context, new GenerationCall(
            Route, Operation, arrival, request.Generation, timing, request.Stream is not null,
            (answer, seed) => new ChatAnswer(
                request, answer, seed, AnswerHead.Create(request, seed, _serverSeed, clock.UnixUs / 1_000_000, arrival.Deterministic))));
    }

    private async Task RefuseAsync(HttpContext context, RequestArrival arrival, OpenAiFault fault)
    {
        telemetry.RecordRefused(new GenAiTags(Operation, "openai"), clock.NowUs - arrival.ReceivedUs, fault.Code ?? fault.Type);
        if (!context.Response.HasStarted)
        {
            await fault.WriteAsync(context.Response, context.RequestAborted);
        }
    }

    private static OpenAiFault Overloaded() => new(
        StatusCodes.Status503ServiceUnavailable, "The server is currently overloaded with other requests. Please try again later.",
        code: "server_overloaded", type: OpenAiFault.ServerError);

    private static string BodyFault(int status) => status == StatusCodes.Status413PayloadTooLarge
        ? "The request body is larger than the server accepts."
        : "The request body could not be read.";

    private static partial class Log
    {
        [LoggerMessage(EventId = 211, EventName = "ClientLeftEarly", Level = LogLevel.Debug, Message = "{RequestId}: the client left before its request was read.")]
        public static partial void LeftEarly(ILogger logger, string requestId);
    }
}
