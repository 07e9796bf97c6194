using System.Diagnostics;
using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Pipeline;

/// <summary>
/// The way of every generation, whatever its dialect: get a worker, generate, lay out the schedule, run the stream, send,
/// free the worker, and tell how it went.
/// </summary>
internal sealed class GenerationPipeline(
    AnswerGenerator generator,
    RequestAdmission admission,
    LatencyModel latency,
    StreamManager streams,
    EngineClock clock,
    EngineTelemetry telemetry,
    IEventPublisher events,
    IOptions<EngineOptions> options,
    IOptions<InstallationOptions> installation)
{
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
    private readonly long _serverSeed = installation.Value.Seed;

    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    /// <exception cref="Workers.AdmissionRefusedException">It got no worker; nothing was sent, and the dialect answers.</exception>
    public async Task RunAsync(HttpContext context, GenerationCall call)
    {
        var request = call.Request;
        var seed = request.SeedFor(_serverSeed);
        using var slot = await admission.EnterAsync(call, context.RequestAborted);
        var answer = generator.Generate(request, seed);

        // Hidden reasoning takes its time before the first token, unless the request says when that is due.
        var hidden = call.Timing.TtftUs is null ? answer.HiddenSteps : 0;
        var schedule = latency.Plan(
            admission.Inputs(call, slot), hidden + answer.Steps, step => step < hidden ? 1 : answer.TokensIn(step - hidden), seed, call.Timing).After(hidden);
        var told = call.Tell(answer, new GenerationContext(seed, slot.CachedTokens));
        using var span = GenerationSpan.Start(call);
        var journal = new StreamEvents(events, call.Arrival.RequestId, Traceparent());

        var response = context.Response;
        response.Headers[PublicHeaders.ScheduledTtftMs] = (schedule.TtftUs / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
        response.Headers[InternalHeaders.Model] = request.Model.Id;
        response.ContentType = told.ContentType;
        var stream = new PacedStream(
            answer, schedule, clock, call.Arrival.ReceivedUs, _timeout, journal, told.Encoder is null ? null : response.BodyWriter, told.Encoder);

        journal.Started(call.Route, request, call.Stream, answer, schedule, slot);
        var outcome = await streams.RunAsync(stream, context.RequestAborted);
        try
        {
            await EndAsync(context, call, answer, told, outcome);
        }
        finally
        {
            journal.Completed(outcome, told.FinishReasons[0]);
            var error = outcome.End == StreamEnd.Completed ? null : StreamEvents.Word(outcome.End);
            GenerationSpan.End(span, call, answer, told, outcome, error);
            var tags = new GenAiTags(call.Operation, request.Model.Provider, request.Model.Id, told.Model);
            telemetry.Record(outcome, tags, clock.NowUs - call.Arrival.ReceivedUs, error);
        }
    }

    private async Task EndAsync(HttpContext context, GenerationCall call, Answer answer, IDialectAnswer told, StreamOutcome outcome)
    {
        var response = context.Response;
        switch (outcome.End)
        {
            case StreamEnd.Completed:
                var now = clock.NowUs - call.Arrival.ReceivedUs;
                if (told.Encoder is null)
                {
                    told.WriteWhole(response.BodyWriter);
                }

                WriteTrailers(response, call.Request, answer, outcome, told.FinishReasons[0], told.Encoder is null ? now : outcome.LastTokenUs ?? now);
                break;
            case StreamEnd.TimedOut when !outcome.Started:
                await told.WriteTimeoutAsync(response, context.RequestAborted);
                break;
            default:
                // Bytes were sent already, or nobody reads them: a broken stream is what the caller can tell apart.
                context.Abort();
                break;
        }
    }

    private static void WriteTrailers(
        HttpResponse response, GenerationRequest request, Answer answer, StreamOutcome outcome, string finish, long e2eUs)
    {
        if (!response.SupportsTrailers())
        {
            return;
        }

        Append(InternalHeaders.InputTokens, request.PromptTokens);
        Append(InternalHeaders.OutputTokens, answer.CompletionTokens);
        response.AppendTrailer(InternalHeaders.FinishReason, finish);
        if (outcome.FirstTokenUs is { } first)
        {
            Append(InternalHeaders.TtftUs, first);
        }

        Append(InternalHeaders.E2eUs, e2eUs);
        Append(InternalHeaders.LagUs, outcome.MaxLagUs);

        void Append(string name, long value) => response.AppendTrailer(name, value.ToString(CultureInfo.InvariantCulture));
    }

    private static string? Traceparent() => Activity.Current is { Recorded: true } activity ? activity.Id : null;
}
