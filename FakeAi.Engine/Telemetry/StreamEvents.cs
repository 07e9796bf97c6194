using FakeAi.Contracts.Events;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;
using FakeAi.EventBus;

namespace FakeAi.Engine.Telemetry;

/// <summary>Tells the log how one answer gets on.</summary>
internal sealed class StreamEvents(IEventPublisher events, string requestId, string? traceparent) : IStreamObserver
{
    /// <summary>Tells of an answer that is laid out.</summary>
    public void Started(string endpoint, string model, bool stream, int promptTokens, StreamSchedule schedule, int outputTokens, WorkerSlot slot) => Publish(
        new StreamStarted(
            endpoint, model, stream, promptTokens, schedule.TtftUs, schedule.EndUs, outputTokens, slot.CachedTokens, slot.QueueUs, slot.Worker));

    /// <summary>Tells of a stream whose length nobody knows beforehand.</summary>
    /// <param name="context">What is known of it.</param>
    /// <param name="slot">Its place; null for a session, whose answers take one each.</param>
    public void Started(StreamContext context, WorkerSlot? slot = null) => Publish(
        new StreamStarted(
            context.Endpoint, context.Model, Stream: true, context.PromptTokens, 0, 0, 0, QueueUs: slot?.QueueUs ?? 0, Worker: slot?.Worker ?? 0));

    public void FirstToken(long afterUs) => Publish(new StreamFirstToken(afterUs));

    public void Progress(int tokens, long afterUs) => Publish(new StreamProgress(tokens, afterUs));

    public void Completed(StreamOutcome outcome, string finishReason) => Publish(new StreamCompleted(
        Word(outcome.End), outcome.Tokens, outcome.End == StreamEnd.Completed ? finishReason : null,
        outcome.FirstTokenUs, outcome.TokenDeltasUs, outcome.MaxLagUs, outcome.MergedChunks));

    /// <summary>The metrics' word for how an answer failed; null where it was told whole.</summary>
    public static string? ErrorOf(StreamOutcome outcome) => outcome.End == StreamEnd.Completed ? null : Word(outcome.End);

    public static string Word(StreamEnd end) => end switch
    {
        StreamEnd.Completed => "completed",
        StreamEnd.Cancelled => "cancelled",
        StreamEnd.TimedOut => "timed_out",
        _ => "failed",
    };

    private void Publish(EventData data) => events.Publish(data, requestId, traceparent);
}
