using FakeAi.Contracts.Events;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;
using FakeAi.EventBus;

namespace FakeAi.Engine.Telemetry;

/// <summary>Tells the log how one answer gets on.</summary>
internal sealed class StreamEvents(IEventPublisher events, string requestId, string? traceparent) : IStreamObserver
{
    public void Started(string endpoint, GenerationRequest request, bool stream, Answer answer, StreamSchedule schedule, WorkerSlot slot) => Publish(
        new StreamStarted(
            endpoint, request.Model.Id, stream, request.PromptTokens, schedule.TtftUs, schedule.EndUs, answer.OutputTokens,
            slot.CachedTokens, slot.QueueUs, slot.Worker));

    /// <summary>Tells of a stream whose length nobody knows beforehand.</summary>
    public void Started(StreamContext context) =>
        Publish(new StreamStarted(context.Endpoint, context.Model, Stream: true, context.PromptTokens, 0, 0, 0));

    /// <summary>Tells of an answer that is no text.</summary>
    public void Started(string endpoint, string model, bool stream, int promptTokens, StreamSchedule schedule, int outputTokens) =>
        Publish(new StreamStarted(endpoint, model, stream, promptTokens, schedule.TtftUs, schedule.EndUs, outputTokens));

    public void FirstToken(long afterUs) => Publish(new StreamFirstToken(afterUs));

    public void Progress(int tokens, long afterUs) => Publish(new StreamProgress(tokens, afterUs));

    public void Completed(StreamOutcome outcome, string finishReason) => Publish(new StreamCompleted(
        Word(outcome.End), outcome.Tokens, outcome.End == StreamEnd.Completed ? finishReason : null,
        outcome.FirstTokenUs, outcome.TokenDeltasUs, outcome.MaxLagUs, outcome.MergedChunks));

    public static string Word(StreamEnd end) => end switch
    {
        StreamEnd.Completed => "completed",
        StreamEnd.Cancelled => "cancelled",
        StreamEnd.TimedOut => "timed_out",
        _ => "failed",
    };

    private void Publish(EventData data) => events.Publish(data, requestId, traceparent);
}
