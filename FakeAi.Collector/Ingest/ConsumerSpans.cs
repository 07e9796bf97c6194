using System.Diagnostics;
using FakeAi.Contracts.Events;

namespace FakeAi.Collector.Ingest;

/// <summary>One consumer span for each traced request of an applied batch, under the span in which its event happened.</summary>
internal static class ConsumerSpans
{
    public const string SourceName = "FakeAi.Collector";

    private static readonly ActivitySource s_source = new(SourceName);

    private static readonly KeyValuePair<string, object?>[] s_tags =
    [
        KeyValuePair.Create("messaging.system", (object?)"redis"),
        KeyValuePair.Create("messaging.operation.type", (object?)"process"),
        KeyValuePair.Create("messaging.destination.name", (object?)"fakeai:events"),
    ];

    public static void Emit(IReadOnlyList<FakeAiEvent> events)
    {
        if (!s_source.HasListeners())
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var e in events)
        {
            if (e.Traceparent is { } traceparent && seen.Add(traceparent)
                && ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent)
                && parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
            {
                s_source.StartActivity("process fakeai:events", ActivityKind.Consumer, parent, s_tags)?.Dispose();
            }
        }
    }
}
