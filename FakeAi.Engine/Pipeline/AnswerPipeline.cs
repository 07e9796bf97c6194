using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Compression;
using FakeAi.Engine.Streaming.Links;
using FakeAi.Engine.Telemetry;
using FakeAi.EventBus;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Pipeline;

/// <summary>
/// The way of every answer that is paced by a schedule, whatever it is made of: get a worker, have it made, run the stream,
/// send, free the worker, and tell how it went.
/// </summary>
internal sealed class AnswerPipeline(
    RequestAdmission admission,
    StreamManager streams,
    ContentCodings codings,
    ChunkLinks links,
    EngineClock clock,
    EngineTelemetry telemetry,
    IEventPublisher events,
    IOptions<EngineOptions> options)
{
    /// <summary>From which length on an answer that is sent whole is compressed for clients that ask for it.</summary>
    private const int LeastCompressed = 1024;

    private readonly bool _adaptive = options.Value.AdaptiveChunks;

    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="call">What it asks for.</param>
    /// <param name="seed">The seed of everything about the answer.</param>
    /// <param name="maker">Makes the answer once there is a worker for it.</param>
    /// <exception cref="Workers.AdmissionRefusedException">It got no worker; nothing was sent, and the dialect answers.</exception>
    /// <exception cref="StreamCancelledException">An administrator cancelled it before it had a worker; the dialect answers.</exception>
    public async Task RunAsync<TCall>(HttpContext context, TCall call, ulong seed, IAnswerMaker<TCall> maker)
        where TCall : AnswerCall
    {
        // Opened before a worker is waited for: who waits is listed, too, and can be cancelled.
        using var handle = streams.Open(StreamContexts.Of(context.Request.Headers, call, seed), call.Arrival.ReceivedUs);
        using var slot = await admission.EnterAsync(call, handle, context.RequestAborted);
        var (content, schedule, told) = maker.Make(call, seed, slot);
        if (told.Encoder is { ReadsTexts: false })
        {
            content.ForgetTexts();
        }

        using var span = GenerationSpan.Start(call);
        var journal = new StreamEvents(events, call.Arrival.RequestId, EngineTelemetry.Traceparent());

        var response = context.Response;
        response.Headers[PublicHeaders.ScheduledTtftMs] = (schedule.TtftUs / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
        response.Headers[InternalHeaders.Model] = call.Model.Id;
        response.ContentType = told.ContentType;
        var body = told.Encoder is null ? null : links.Open(context);
        using var compressed = body is null || !call.Compresses ? null : codings.TryWrap(context, body);
        PipeWriter? output = compressed is null ? body : compressed;
        var stream = new PacedStream(
            content, schedule, clock, handle, journal, output, told.Encoder, call.Frame, _adaptive ? new AdaptiveChunker() : null)
        {
            // At the time at which it is due, not when a thread of the pool is free for it.
            Ending = body is LinkWriter ? ended => Conclude(context, call, content, told, ended, output) : null,
        };

        journal.Started(call.Route, call.Model.Id, call.Stream, call.PromptTokens, schedule, content.OutputTokens, slot);
        var outcome = await streams.RunAsync(stream, context.RequestAborted);
        var end = Task.CompletedTask;
        try
        {
            end = outcome.End == StreamEnd.Completed
                ? CompleteAsync(context, call, content, told, outcome, output, concluded: body is LinkWriter)
                : BreakAsync(context, call, told, outcome, output);
        }
        finally
        {
            journal.Completed(outcome, told.FinishReasons[0]);
            GenerationSpan.End(span, call, content, told, outcome);
            telemetry.Record(
                outcome, new GenAiTags(call.Operation, call.Model.Provider, call.Model.Id, told.Model), clock.NowUs - call.Arrival.ReceivedUs);
        }

        await end;
    }

    private Task CompleteAsync(
        HttpContext context, AnswerCall call, IPacedContent content, IDialectAnswer told, StreamOutcome outcome, PipeWriter? output, bool concluded)
    {
        if (told.Encoder is null)
        {
            WriteWhole(context, call, told);
        }

        if (!concluded)
        {
            Conclude(context, call, content, told, outcome, output);
        }

        return context.Response.CompleteAsync();
    }

    /// <summary>Sends the end and the trailers at once: a client that hangs up at the last chunk's bytes must find the gateway informed.</summary>
    private void Conclude(
        HttpContext context, AnswerCall call, IPacedContent content, IDialectAnswer told, StreamOutcome outcome, PipeWriter? output)
    {
        var now = clock.NowUs - call.Arrival.ReceivedUs;
        WholeEnd.Tell(
            context.Response, call.PromptTokens, content.CompletionTokens, told.FinishReasons[0], outcome,
            told.Encoder is null ? now : outcome.LastTokenUs ?? now);
        output?.Complete();
    }

    /// <summary>Apart, so that only answers that break off pay for the delegates.</summary>
    private static Task BreakAsync(HttpContext context, AnswerCall call, IDialectAnswer told, StreamOutcome outcome, PipeWriter? output) =>
        BrokenEnd.EndAsync(
            context, outcome, output, call.Frame.TellsErrors,
            error => outcome.End == StreamEnd.TimedOut
                ? told.WriteTimeoutAsync(context.Response, context.RequestAborted)
                : told.WriteErrorAsync(context.Response, error, context.RequestAborted),
            error => told.WriteStreamError(output!, call.Frame, error));

    private void WriteWhole(HttpContext context, AnswerCall call, IDialectAnswer told)
    {
        if (!call.Compresses || ContentCodings.Choose(context.Request.Headers.AcceptEncoding) is null)
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
}
