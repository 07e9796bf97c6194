using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>What is the same for every request of OpenAI's API: a slot for it, and an answer in OpenAI's words where it is refused.</summary>
internal sealed partial class OpenAiExchange(StreamManager streams, EngineClock clock, EngineTelemetry telemetry, ILogger<OpenAiExchange> logger)
{
    /// <summary>Answers a request, or refuses it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="operation">OpenTelemetry's <c>gen_ai.operation.name</c>.</param>
    /// <param name="answer">Answers it; faults are told to the client.</param>
    public async Task RunAsync(HttpContext context, string operation, Func<HttpContext, RequestArrival, Task> answer)
    {
        var arrival = RequestArrival.Read(context.Request.Headers, clock);
        if (!streams.TryTake())
        {
            await RefuseAsync(context, operation, arrival, OpenAiFault.Overloaded());
            return;
        }

        try
        {
            await answer(context, arrival);
        }
        catch (OpenAiFault fault)
        {
            await RefuseAsync(context, operation, arrival, fault);
        }
        catch (AdmissionRefusedException refused)
        {
            await RefuseAsync(context, operation, arrival, refused.TimedOut ? OpenAiFault.TimedOut() : OpenAiFault.Overloaded());
        }
        catch (SteeringException wrong)
        {
            await RefuseAsync(context, operation, arrival, OpenAiFault.WrongSteering(wrong));
        }
        catch (SchemaUnmetException wrong)
        {
            await RefuseAsync(context, operation, arrival, new OpenAiFault(400, wrong.Message, wrong.Param, "invalid_schema"));
        }
        catch (FormatNotAvailableException wrong)
        {
            await RefuseAsync(context, operation, arrival, new OpenAiFault(wrong.Status, wrong.Message, StreamFormats.Parameter, "unsupported_format"));
        }
        catch (StreamCancelledException cancelled)
        {
            // While it waited for a worker: the gateway must count it as cancelled, as it does one that was under way.
            telemetry.RecordRefused(new GenAiTags(operation, "openai"), clock.NowUs - arrival.ReceivedUs, cancelled.Error.Code);
            context.Response.Headers[InternalHeaders.Outcome] = StreamEvents.Word(StreamEnd.Cancelled);
            await BrokenEnd.AnswerAsync(context.Response, cancelled.Error, context.RequestAborted);
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseAsync(context, operation, arrival, new OpenAiFault(exception.StatusCode, BodyFault(exception.StatusCode)));
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

    private async Task RefuseAsync(HttpContext context, string operation, RequestArrival arrival, OpenAiFault fault)
    {
        telemetry.RecordRefused(new GenAiTags(operation, "openai"), clock.NowUs - arrival.ReceivedUs, fault.Code ?? fault.Type);
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
