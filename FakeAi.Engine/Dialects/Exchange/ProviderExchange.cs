using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Dialects.Exchange;

/// <summary>What is the same for every request of a provider: a slot for it, and an answer in the provider's words where it is refused.</summary>
internal sealed partial class ProviderExchange(StreamManager streams, EngineClock clock, EngineTelemetry telemetry, ILogger<ProviderExchange> logger)
{
    /// <summary>Answers a request, or refuses it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="operation">OpenTelemetry's <c>gen_ai.operation.name</c>.</param>
    /// <param name="words">How errors are told.</param>
    /// <param name="answer">Answers it; faults are told to the client.</param>
    public async Task RunAsync(HttpContext context, string operation, ProviderWords words, Func<HttpContext, RequestArrival, Task> answer)
    {
        var arrival = RequestArrival.Read(context.Request.Headers, clock);
        if (!streams.TryTake())
        {
            await RefuseAsync(words.Overloaded());
            return;
        }

        try
        {
            await answer(context, arrival);
        }
        catch (ProviderFault fault)
        {
            await RefuseAsync(fault);
        }
        catch (AdmissionRefusedException refused)
        {
            await RefuseAsync(refused.TimedOut ? words.TimedOut() : words.Overloaded());
        }
        catch (SteeringException wrong)
        {
            await RefuseAsync(words.Invalid(wrong.Message));
        }
        catch (SchemaUnmetException wrong)
        {
            await RefuseAsync(words.Invalid(wrong.Message));
        }
        catch (StreamCancelledException cancelled)
        {
            // While it waited for a worker: the gateway must count it as cancelled, as it does one that was under way.
            context.Response.Headers[InternalHeaders.Outcome] = StreamEvents.Word(StreamEnd.Cancelled);
            await RefuseAsync(words.Of(cancelled.Error));
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseAsync(words.Invalid(
                exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? "The request body is larger than the server accepts."
                    : "The request body could not be read.",
                exception.StatusCode));
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

        async Task RefuseAsync(ProviderFault fault)
        {
            telemetry.RecordRefused(new GenAiTags(operation, words.Provider), clock.NowUs - arrival.ReceivedUs, fault.Type);
            if (!context.Response.HasStarted)
            {
                await words.WriteAsync(context.Response, fault, arrival.RequestId, context.RequestAborted);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 231, EventName = "ProvidersClientLeftEarly", Level = LogLevel.Debug, Message = "{RequestId}: the client left before its request was read.")]
        public static partial void LeftEarly(ILogger logger, string requestId);
    }
}
