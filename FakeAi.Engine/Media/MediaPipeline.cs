using System.Diagnostics;
using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Links;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;
using FakeAi.EventBus;

namespace FakeAi.Engine.Media;

/// <summary>
/// The way of answers that are no text: lay out the schedule, run the stream, send, and tell how it went. The same as that of
/// texts, without their generator and their workers: those run models of text.
/// </summary>
internal sealed class MediaPipeline(
    LatencyModel latency, LatencyProfiles profiles, StreamManager streams, ChunkLinks links, EngineClock clock, EngineTelemetry telemetry, IEventPublisher events)
{
    /// <summary>OpenTelemetry's <c>gen_ai.operation.name</c> of content that is no chat.</summary>
    public const string Operation = "generate_content";

    private const string Finish = "stop";

    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    public async Task RunAsync(HttpContext context, MediaCall call)
    {
        using var handle = streams.Open(
            new StreamContext
            {
                Id = call.Arrival.RequestId,
                Type = call.Type,
                Model = call.Model.Id,
                Endpoint = call.Route,
                PromptTokens = call.InputTokens,
                Priority = call.Priority.Word(),
                MaxTokensPerSecond = call.Timing.MaxTokensPerSecond,
                ClientId = StreamContexts.Client(context.Request.Headers),
                Seed = call.Seed,
            },
            call.Arrival.ReceivedUs);
        var schedule = latency.Plan(
            new LatencyInputs(profiles.For(call.Model, call.Timing), call.InputTokens), call.Content.Steps, call.Content.TokensIn, call.Seed, call.Timing);
        using var span = StartSpan(call);
        var journal = new StreamEvents(events, call.Arrival.RequestId, Activity.Current is { Recorded: true } activity ? activity.Id : null);
        var response = context.Response;
        response.Headers[PublicHeaders.ScheduledTtftMs] = (schedule.TtftUs / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
        response.Headers[InternalHeaders.Model] = call.Model.Id;
        response.ContentType = call.Told.ContentType;
        var streamed = call.Told.Encoder is not null;
        var output = streamed ? links.Open(context) : null;
        var stream = new PacedStream(
            call.Content, schedule, clock, handle, journal, output, call.Told.Encoder, call.Frame, chunker: null);

        journal.Started(call.Route, call.Model.Id, streamed, call.InputTokens, schedule, call.Content.OutputTokens);
        var outcome = await streams.RunAsync(stream, context.RequestAborted);
        try
        {
            await EndAsync(context, call, outcome, output);
        }
        finally
        {
            journal.Completed(outcome, Finish);
            var error = outcome.End == StreamEnd.Completed ? null : StreamEvents.Word(outcome.End);
            EndSpan(span, call, outcome, error);
            var tags = new GenAiTags(Operation, call.Model.Provider, call.Model.Id, call.Told.Model);
            telemetry.Record(outcome, tags, clock.NowUs - call.Arrival.ReceivedUs, error);
        }
    }

    private async Task EndAsync(HttpContext context, MediaCall call, StreamOutcome outcome, BufferedWriter? output)
    {
        var response = context.Response;
        if (outcome.End == StreamEnd.Completed)
        {
            var now = clock.NowUs - call.Arrival.ReceivedUs;
            if (call.Told.Encoder is null)
            {
                call.Told.WriteWhole(response.BodyWriter);
            }

            WriteTrailers(response, call, outcome, call.Told.Encoder is null ? now : outcome.LastTokenUs ?? now);
            output?.Complete();
            return;
        }

        switch (BrokenEnd.Choose(response, outcome, call.Frame.TellsErrors))
        {
            case BrokenEnding.Answer when outcome.End == StreamEnd.TimedOut:
                await call.Told.WriteTimeoutAsync(response, context.RequestAborted);
                break;
            case BrokenEnding.Answer:
                await call.Told.WriteErrorAsync(response, outcome.Error!, context.RequestAborted);
                break;
            case BrokenEnding.Tell:
                call.Told.WriteStreamError(output!, call.Frame, outcome.Error!);
                output!.Complete();
                break;
            case BrokenEnding.Trail:
                output?.Complete();
                break;
            case BrokenEnding.Break:
                context.Abort();
                break;
        }
    }

    private static void WriteTrailers(HttpResponse response, MediaCall call, StreamOutcome outcome, long e2eUs)
    {
        if (!response.SupportsTrailers())
        {
            return;
        }

        Append(InternalHeaders.InputTokens, call.InputTokens);
        Append(InternalHeaders.OutputTokens, outcome.Tokens);
        response.AppendTrailer(InternalHeaders.FinishReason, Finish);
        if (outcome.FirstTokenUs is { } first)
        {
            Append(InternalHeaders.TtftUs, first);
        }

        Append(InternalHeaders.E2eUs, e2eUs);
        Append(InternalHeaders.LagUs, outcome.MaxLagUs);

        void Append(string name, long value) => response.AppendTrailer(name, value.ToString(CultureInfo.InvariantCulture));
    }

    private static Activity? StartSpan(MediaCall call)
    {
        var span = EngineTelemetry.Source.StartActivity($"{Operation} {call.RequestedModel}", ActivityKind.Internal);
        span?.SetTag("gen_ai.operation.name", Operation);
        span?.SetTag("gen_ai.provider.name", call.Model.Provider);
        span?.SetTag("gen_ai.request.model", call.RequestedModel);
        span?.SetTag("gen_ai.request.stream", call.Told.Encoder is not null);
        return span;
    }

    private static void EndSpan(Activity? span, MediaCall call, StreamOutcome outcome, string? error)
    {
        span?.SetTag("gen_ai.response.model", call.Told.Model);
        span?.SetTag("gen_ai.response.id", call.Told.Id);
        span?.SetTag("gen_ai.usage.input_tokens", call.InputTokens);
        span?.SetTag("gen_ai.usage.output_tokens", outcome.Tokens);
        if (error is not null)
        {
            span?.SetTag("error.type", error);
            span?.SetStatus(ActivityStatusCode.Error, error);
        }
    }
}
