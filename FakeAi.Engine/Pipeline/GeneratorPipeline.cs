using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Compression;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Streaming.Generators;
using FakeAi.Engine.Streaming.Links;
using FakeAi.Engine.Telemetry;
using FakeAi.EventBus;

namespace FakeAi.Engine.Pipeline;

/// <summary>A checked request for a generator's stream.</summary>
/// <param name="Operation">OpenTelemetry's <c>gen_ai.operation.name</c>.</param>
/// <param name="Generator">Who makes the chunks.</param>
/// <param name="Formatter">The form in which they are sent.</param>
/// <param name="Context">What is known of the stream.</param>
/// <param name="Model">Whose timing counts.</param>
/// <param name="Body">The request's body.</param>
/// <param name="Timing">The timing that the request asks for.</param>
/// <param name="ReceivedUs">When the request was received, by the engine's clock.</param>
internal sealed record GeneratorCall(
    string Operation, IStreamGenerator Generator, IStreamFormatter Formatter, StreamContext Context, ModelInfo Model, JsonElement Body,
    LatencyOverrides Timing, long ReceivedUs);

/// <summary>The way of a generator's stream: open, run, end, and tell how it went. It takes no worker: what it makes is not a model's.</summary>
internal sealed partial class GeneratorPipeline(
    LatencyModel latency, LatencyProfiles profiles, StreamManager streams, ContentCodings codings, ChunkLinks links, EngineTelemetry telemetry, IEventPublisher events, TimeProvider time,
    ILogger<GeneratorPipeline> logger)
{
    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    public async Task RunAsync(HttpContext context, GeneratorCall call)
    {
        var response = context.Response;
        using var handle = streams.Open(call.Context, call.ReceivedUs);
        var journal = new StreamEvents(events, handle.Context.Id, Activity.Current is { Recorded: true } activity ? activity.Id : null);
        response.ContentType = call.Formatter.ContentType;
        var body = links.Open(context);
        using var compressed = codings.TryWrap(context, body);
        PipeWriter output = compressed is null ? body : compressed;
        var tokens = new ToldTokens(journal);
        var stream = new GeneratedStream(handle, streams, time, call.Formatter, output) { Told = tokens.Told };
        journal.Started(handle.Context);
        StreamError? error = null;
        await using (streams.Watch(handle, stream, context.RequestAborted))
        {
            try
            {
                var chunks = call.Generator.GenerateAsync(handle.Context, call.Body, handle.Stopping);
                await stream.RunAsync(chunks, new TokenPacer(latency, profiles.For(call.Model, call.Timing), handle.Context, call.Timing));
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
            journal.Completed(outcome, "stop");
            var word = outcome.End == StreamEnd.Completed ? null : StreamEvents.Word(outcome.End);
            telemetry.Record(
                outcome, new GenAiTags(call.Operation, call.Model.Provider, call.Model.Id, call.Model.Id), streams.NowUs - call.ReceivedUs, word);
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

    private static async Task EndAsync(HttpContext context, GeneratorCall call, StreamOutcome outcome, PipeWriter output)
    {
        var response = context.Response;
        if (outcome.End == StreamEnd.Completed)
        {
            Trail(response, call.Context.PromptTokens, outcome);
            output.Complete();
            return;
        }

        switch (BrokenEnd.Choose(response, outcome, call.Formatter.TellsErrors))
        {
            case BrokenEnding.Answer:
                await BrokenEnd.AnswerAsync(response, outcome.Error!, context.RequestAborted);
                break;
            case BrokenEnding.Tell:
                call.Formatter.FormatError(outcome.Error!, output);
                output.Complete();
                break;
            case BrokenEnding.Trail:
                output.Complete();
                break;
            case BrokenEnding.Break:
                context.Abort();
                break;
        }
    }

    private static void Trail(HttpResponse response, int promptTokens, StreamOutcome outcome)
    {
        if (response.SupportsTrailers())
        {
            Append(InternalHeaders.InputTokens, promptTokens);
            Append(InternalHeaders.OutputTokens, outcome.Tokens);
            response.AppendTrailer(InternalHeaders.FinishReason, "stop");
            Append(InternalHeaders.TtftUs, outcome.FirstTokenUs ?? 0);
            Append(InternalHeaders.E2eUs, outcome.LastTokenUs ?? 0);
            Append(InternalHeaders.LagUs, outcome.MaxLagUs);
        }

        void Append(string name, long value) => response.AppendTrailer(name, value.ToString(CultureInfo.InvariantCulture));
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
