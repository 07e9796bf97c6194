using System.IO.Pipelines;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Compression;
using FakeAi.Engine.Streaming.Generators;
using FakeAi.Engine.Streaming.Links;
using FakeAi.Engine.Telemetry;
using FakeAi.EventBus;

namespace FakeAi.Engine.Pipeline;

/// <summary>The way of a generator's stream: get a worker, open, run, end, free the worker, and tell how it went.</summary>
internal sealed partial class GeneratorPipeline(
    RequestAdmission admission, WorkerPlaces places, LatencyModel latency, StreamManager streams, ContentCodings codings, ChunkLinks links, EngineTelemetry telemetry, IEventPublisher events,
    TimeProvider time, ILogger<GeneratorPipeline> logger)
{
    private const string Finish = "stop";

    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    /// <exception cref="Workers.AdmissionRefusedException">It got no worker; nothing was sent, and the dialect answers.</exception>
    /// <exception cref="StreamCancelledException">An administrator cancelled it before it had a worker; the dialect answers.</exception>
    public async Task RunAsync(HttpContext context, GeneratorCall call)
    {
        var response = context.Response;
        using var handle = streams.Open(StreamContexts.Of(context.Request.Headers, call, call.Seed), call.Arrival.ReceivedUs);
        using var slot = await admission.EnterAsync(call, handle, context.RequestAborted);
        var journal = new StreamEvents(events, handle.Context.Id, EngineTelemetry.Traceparent());
        response.Headers[InternalHeaders.Model] = call.Model.Id;
        response.ContentType = call.Formatter.ContentType;
        var body = links.Open(context);
        using var compressed = codings.TryWrap(context, body);
        PipeWriter output = compressed is null ? body : compressed;
        var tokens = new ToldTokens(journal);
        var stream = new GeneratedStream(handle, streams, time, call.Formatter, output) { Told = tokens.Told };
        journal.Started(handle.Context, slot);
        StreamError? error = null;
        await using (streams.Watch(handle, stream, context.RequestAborted))
        {
            try
            {
                var chunks = call.Generator.GenerateAsync(handle.Context, call.Body, handle.Stopping);
                await stream.RunAsync(chunks, new TokenPacer(latency, places.Inputs(call, slot), call.Seed, call.Timing));
            }
            catch (StreamException exception)
            {
                error = exception.Error;
                Note(handle, exception);
            }
            catch (Exception exception)
            {
                // A generator or formatter that fails otherwise, or leaves because it was told to.
                error = StreamError.Failed;
                Note(handle, exception);
            }
        }

        var outcome = Outcome(handle, stream, tokens, error);
        try
        {
            await EndAsync(context, call, outcome, output);
        }
        finally
        {
            journal.Completed(outcome, Finish);
            telemetry.Record(
                outcome, new GenAiTags(call.Operation, call.Model.Provider, call.Model.Id, call.Model.Id), streams.NowUs - call.Arrival.ReceivedUs);
        }
    }

    private void Note(StreamHandle handle, Exception exception)
    {
        if (handle.Lifecycle.TryMove(StreamState.Failed))
        {
            Log.Failed(logger, handle.Context.Id, exception);
        }
    }

    private static StreamOutcome Outcome(StreamHandle handle, GeneratedStream stream, ToldTokens tokens, StreamError? error)
    {
        var (state, cause) = (handle.Lifecycle.State, handle.Lifecycle.Cause);
        return new StreamOutcome(
            StreamOutcome.EndOf(state), handle.Recorder.Progress.Tokens, tokens.FirstUs, tokens.LastUs, tokens.Deltas, handle.Recorder.MaxLagUs,
            MergedChunks: 0, stream.Started)
        {
            Cause = cause,
            Error = state == StreamState.Failed ? error : StreamOutcome.ErrorOf(state, cause),
            Stuck = stream.Stuck,
        };
    }

    private static Task EndAsync(HttpContext context, GeneratorCall call, StreamOutcome outcome, PipeWriter output)
    {
        if (outcome.End != StreamEnd.Completed)
        {
            return BrokenEnd.EndAsync(
                context, outcome, output, call.Formatter.TellsErrors,
                error => BrokenEnd.AnswerAsync(context.Response, error, context.RequestAborted),
                error => call.Formatter.FormatError(error, output));
        }

        WholeEnd.Tell(context.Response, call.PromptTokens, outcome.Tokens, Finish, outcome, outcome.LastTokenUs ?? 0);
        output.Complete();
        return Task.CompletedTask;
    }

    /// <summary>When the tokens were told, as events tell it: at most so many that a waterfall can show.</summary>
    private sealed class ToldTokens(StreamEvents journal)
    {
        private const int Most = 2_000;
        private const long ProgressEveryUs = 250_000;

        private readonly List<int> _deltas = [];
        private long _lastUs;
        private long _progressUs;
        private int _tokens;

        public long? FirstUs { get; private set; }

        public long? LastUs => FirstUs is null ? null : _lastUs;

        public int[] Deltas => [.. _deltas];

        public void Told(int tokens, long atUs)
        {
            _tokens += tokens;
            for (var i = 0; i < tokens; i++)
            {
                if (FirstUs is null)
                {
                    FirstUs = atUs;
                    journal.FirstToken(atUs);
                }
                else if (_deltas.Count < Most - 1)
                {
                    _deltas.Add((int)Math.Min(int.MaxValue, atUs - _lastUs));
                }

                _lastUs = atUs;
            }

            if (atUs - _progressUs >= ProgressEveryUs)
            {
                _progressUs = atUs;
                journal.Progress(_tokens, atUs);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 222, EventName = "GeneratorFailed", Level = LogLevel.Warning, Message = "{StreamId}: the stream's generator failed.")]
        public static partial void Failed(ILogger logger, string streamId, Exception exception);
    }
}
