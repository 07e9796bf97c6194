using System.Diagnostics;
using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Serves <c>POST /v1/chat/completions</c>: checks, generates, lays out the schedule, runs the stream, tells how it went.</summary>
internal sealed partial class ChatHandler(
    ChatRequestParser parser,
    AnswerGenerator generator,
    LatencyModel latency,
    StreamManager streams,
    EngineClock clock,
    EngineTelemetry telemetry,
    IEventPublisher events,
    IOptions<EngineOptions> options,
    IOptions<InstallationOptions> installation,
    ILogger<ChatHandler> logger)
{
    public const string Route = "/v1/chat/completions";

    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
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
        if (RequestArrival.TryReadTiming(context.Request.Headers, out var overrides) is { } header)
        {
            throw new OpenAiFault(400, $"Invalid header '{header}': expected a number of milliseconds.", header, "invalid_header");
        }

        var request = await ReadAsync(context);
        var generation = request.Generation;
        var seed = generation.SeedFor(_serverSeed);
        var answer = generator.Generate(generation, seed);
        var schedule = latency.Plan(generation.Model.Latency, generation.PromptTokens, answer.Steps, seed, overrides);
        var head = AnswerHead.Create(request, seed, _serverSeed, clock.UnixUs / 1_000_000, arrival.Deterministic);
        using var span = ChatSpan.Start(request, head);
        var told = new StreamEvents(events, arrival.RequestId, Traceparent());

        var response = context.Response;
        response.Headers[PublicHeaders.ScheduledTtftMs] = (schedule.TtftUs / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
        response.Headers[InternalHeaders.Model] = generation.Model.Id;
        var encoder = request.Stream is { } how ? new ChunkWriter(head, answer, generation.PromptTokens, how, seed) : null;
        response.ContentType = encoder is null ? "application/json" : "text/event-stream; charset=utf-8";
        var stream = new PacedStream(
            answer, schedule, clock, arrival.ReceivedUs, _timeout, told, encoder is null ? null : response.BodyWriter, encoder);

        told.Started(Route, generation, encoder is not null, answer, schedule);
        var outcome = await streams.RunAsync(stream, context.RequestAborted);
        var finish = answer.Choices[0].Finish.Word();
        try
        {
            await EndAsync(context, outcome, head, request, answer, arrival, finish);
        }
        finally
        {
            told.Completed(outcome, finish);
            var error = outcome.End == StreamEnd.Completed ? null : StreamEvents.Word(outcome.End);
            ChatSpan.End(span, request, answer, outcome, error);
            var tags = new GenAiTags("chat", generation.Model.Provider, generation.Model.Id, head.Model);
            telemetry.Record(outcome, tags, clock.NowUs - arrival.ReceivedUs, error);
        }
    }

    /// <summary>Reads the body whole (the server bounds its length) and checks it.</summary>
    private async Task<ChatRequest> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            if (result.Buffer.Length > options.Value.MaxBodyBytes)
            {
                throw new BadHttpRequestException("Body too long.", StatusCodes.Status413PayloadTooLarge);
            }

            if (result.IsCompleted)
            {
                try
                {
                    return parser.Parse(result.Buffer);
                }
                finally
                {
                    reader.AdvanceTo(result.Buffer.End);
                }
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private async Task EndAsync(
        HttpContext context, StreamOutcome outcome, AnswerHead head, ChatRequest request, Answer answer, RequestArrival arrival, string finish)
    {
        var response = context.Response;
        switch (outcome.End)
        {
            case StreamEnd.Completed:
                var now = clock.NowUs - arrival.ReceivedUs;
                if (request.Stream is null)
                {
                    CompletionWriter.Write(response.BodyWriter, head, answer, request.Generation.PromptTokens);
                }

                WriteTrailers(response, request, outcome, finish, request.Stream is null ? now : outcome.LastTokenUs ?? now);
                break;
            case StreamEnd.TimedOut when !outcome.Started:
                await new OpenAiFault(StatusCodes.Status504GatewayTimeout, "Request timed out.", type: OpenAiFault.ServerError, code: "timeout")
                    .WriteAsync(response, context.RequestAborted);
                break;
            default:
                // Bytes were sent already, or nobody reads them: a broken stream is what the caller can tell apart.
                context.Abort();
                break;
        }
    }

    private static void WriteTrailers(HttpResponse response, ChatRequest request, StreamOutcome outcome, string finish, long e2eUs)
    {
        if (!response.SupportsTrailers())
        {
            return;
        }

        Append(InternalHeaders.InputTokens, request.Generation.PromptTokens);
        Append(InternalHeaders.OutputTokens, outcome.Tokens);
        response.AppendTrailer(InternalHeaders.FinishReason, finish);
        if (outcome.FirstTokenUs is { } first)
        {
            Append(InternalHeaders.TtftUs, first);
        }

        Append(InternalHeaders.E2eUs, e2eUs);
        Append(InternalHeaders.LagUs, outcome.MaxLagUs);

        void Append(string name, long value) => response.AppendTrailer(name, value.ToString(CultureInfo.InvariantCulture));
    }

    private async Task RefuseAsync(HttpContext context, RequestArrival arrival, OpenAiFault fault)
    {
        telemetry.RecordRefused(new GenAiTags("chat", "openai"), clock.NowUs - arrival.ReceivedUs, fault.Code ?? fault.Type);
        if (!context.Response.HasStarted)
        {
            await fault.WriteAsync(context.Response, context.RequestAborted);
        }
    }

    private static string? Traceparent() => Activity.Current is { Recorded: true } activity ? activity.Id : null;

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
