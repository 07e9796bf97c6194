using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Serves <c>POST /v1/chat/completions</c>: reads and checks, hands over to the pipeline, refuses in OpenAI's words.</summary>
internal sealed partial class ChatHandler(
    ChatRequestParser parser,
    RequestBody body,
    SteeringReader steering,
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
            await RefuseAsync(context, arrival, OpenAiFault.Overloaded());
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
        catch (AdmissionRefusedException refused)
        {
            await RefuseAsync(context, arrival, refused.TimedOut ? OpenAiFault.TimedOut() : OpenAiFault.Overloaded());
        }
        catch (SteeringException wrong)
        {
            await RefuseAsync(context, arrival, OpenAiFault.WrongSteering(wrong));
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
        var request = await body.ReadAsync(context, parser.Parse);
        var (timing, priority) = steering.Read(context.Request.Headers, request.Steering);
        await pipeline.RunAsync(context, new GenerationCall(
            Route, Operation, arrival, request.Generation, timing, request.Stream is not null,
            (answer, found) => new ChatAnswer(
                request, answer, found.Seed, AnswerHead.Create(request, found.Seed, _serverSeed, clock.UnixUs / 1_000_000, arrival.Deterministic)))
        {
            Priority = priority ?? PriorityClasses.OfServiceTier(request.ServiceTier),
        });
    }

    private async Task RefuseAsync(HttpContext context, RequestArrival arrival, OpenAiFault fault)
    {
        telemetry.RecordRefused(new GenAiTags(Operation, "openai"), clock.NowUs - arrival.ReceivedUs, fault.Code ?? fault.Type);
        if (!context.Response.HasStarted)
        {
            await fault.WriteAsync(context.Response, context.RequestAborted);
        }
    }

    private static string BodyFault(int status) => status == StatusCodes.Status413PayloadTooLarge
        ? "The request body is larger than the server accepts."
        : "The request body could not be read.";

    private static partial class Log
    {
        [LoggerMessage(EventId = 211, EventName = "ClientLeftEarly", Level = LogLevel.Debug, Message = "{RequestId}: the client left before its request was read.")]
        public static partial void LeftEarly(ILogger logger, string requestId);
    }
}
