using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Compression;
using FakeAi.Engine.Streaming.Links;
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
    ContentCodings codings,
    ChunkLinks links,
    EngineClock clock,
    EngineTelemetry telemetry,
    IEventPublisher events,
    IOptions<EngineOptions> options,
    IOptions<InstallationOptions> installation)
{
    /// <summary>From which length on an answer that is sent whole is compressed for clients that ask for it.</summary>
    private const int LeastCompressed = 1024;

    private readonly bool _adaptive = options.Value.AdaptiveChunks;
    private readonly long _serverSeed = installation.Value.Seed;

    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    /// <exception cref="Workers.AdmissionRefusedException">It got no worker; nothing was sent, and the dialect answers.</exception>
    /// <exception cref="StreamCancelledException">An administrator cancelled it before it had a worker; the dialect answers.</exception>
    public async Task RunAsync(HttpContext context, GenerationCall call)
    {
        var request = call.Request;
        var seed = request.SeedFor(_serverSeed);

        // Opened before a worker is waited for: who waits is listed, too, and can be cancelled.
        using var handle = streams.Open(StreamContexts.Of(context.Request.Headers, call, seed), call.Arrival.ReceivedUs);
        using var slot = await admission.EnterAsync(call, handle, context.RequestAborted);
        var answer = generator.Generate(request, seed, new AnswerDemand(call.Route, call.Mode));
        var timing = call.Timing.Or(answer.Timing);

        // Hidden reasoning takes its time before the first token, unless the request says when that is due.
        var hidden = timing.TtftUs is null ? answer.HiddenSteps : 0;
        var schedule = latency.Plan(
            admission.Inputs(call, slot), hidden + answer.Steps, step => step < hidden ? 1 : answer.TokensIn(step - hidden), seed, timing).After(hidden);
        var told = call.Tell(answer, new GenerationContext(seed, slot.CachedTokens));
        using var span = GenerationSpan.Start(call);
        var journal = new StreamEvents(events, call.Arrival.RequestId, Traceparent());

        var response = context.Response;
        response.Headers[PublicHeaders.ScheduledTtftMs] = (schedule.TtftUs / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
        response.Headers[InternalHeaders.Model] = request.Model.Id;
        response.ContentType = told.ContentType;
        var body = told.Encoder is null ? null : links.Open(context);
        using var compressed = body is null ? null : codings.TryWrap(context, body);
        PipeWriter? output = compressed is null ? body : compressed;
        var stream = new PacedStream(
            answer, schedule, clock, handle, journal, output, told.Encoder, call.Frame,
            _adaptive ? new AdaptiveChunker() : null)
        {
            // At the time at which it is due, not when a thread of the pool is free for it.
            Ending = body is LinkWriter ? outcome => Conclude(context, call, answer, told, outcome, output) : null,
        };

        journal.Started(call.Route, request, call.Stream, answer, schedule, slot);
        var outcome = await streams.RunAsync(stream, context.RequestAborted);
        var end = Task.CompletedTask;
        try
        {
            end = outcome.End == StreamEnd.Completed
                ? CompleteAsync(context, call, answer, told, outcome, output, body is LinkWriter)
                : BreakAsync(context, call, told, outcome, output);
        }
        finally
        {
            journal.Completed(outcome, told.FinishReasons[0]);
            var error = outcome.End == StreamEnd.Completed ? null : StreamEvents.Word(outcome.End);
            GenerationSpan.End(span, call, answer, told, outcome, error);
            var tags = new GenAiTags(call.Operation, request.Model.Provider, request.Model.Id, told.Model);
            telemetry.Record(outcome, tags, clock.NowUs - call.Arrival.ReceivedUs, error);
        }

        await end;
    }

    private Task CompleteAsync(
        HttpContext context, GenerationCall call, Answer answer, IDialectAnswer told, StreamOutcome outcome, PipeWriter? output, bool concluded)
    {
        if (told.Encoder is null)
        {
            WriteWhole(context, told);
        }

        if (!concluded)
        {
            Conclude(context, call, answer, told, outcome, output);
        }

        return context.Response.CompleteAsync();
    }

    /// <summary>Sends the end and the trailers at once: a client that hangs up at the last chunk's bytes must find the gateway informed.</summary>
    private void Conclude(
        HttpContext context, GenerationCall call, Answer answer, IDialectAnswer told, StreamOutcome outcome, PipeWriter? output)
    {
        var now = clock.NowUs - call.Arrival.ReceivedUs;
        WriteTrailers(
            context.Response, call.Request, answer, outcome, told.FinishReasons[0], told.Encoder is null ? now : outcome.LastTokenUs ?? now);
        output?.Complete();
    }

    private static async Task BreakAsync(
        HttpContext context, GenerationCall call, IDialectAnswer told, StreamOutcome outcome, PipeWriter? output)
    {
        var response = context.Response;
        switch (BrokenEnd.Choose(response, outcome, call.Frame.TellsErrors))
        {
            case BrokenEnding.Answer when outcome.End == StreamEnd.TimedOut:
                await told.WriteTimeoutAsync(response, context.RequestAborted);
                break;
            case BrokenEnding.Answer:
                await told.WriteErrorAsync(response, outcome.Error!, context.RequestAborted);
                break;
            case BrokenEnding.Tell:
                told.WriteStreamError(output!, call.Frame, outcome.Error!);
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

    private void WriteWhole(HttpContext context, IDialectAnswer told)
    {
        if (ContentCodings.Choose(context.Request.Headers.AcceptEncoding) is null)
        {
            told.WriteWhole(context.Response.BodyWriter);
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(2 * LeastCompressed);
        told.WriteWhole(buffer);
        using var compressed = buffer.WrittenCount > LeastCompressed ? codings.TryWrap(context, context.Response.BodyWriter) : null;
        var output = compressed ?? context.Response.BodyWriter;
        output.Write(buffer.WrittenSpan);
        compressed?.Complete();
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
