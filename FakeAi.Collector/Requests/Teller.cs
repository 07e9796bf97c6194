using FakeAi.Contracts.Events;

namespace FakeAi.Collector.Requests;

/// <summary>Who tells of a request, where it matters.</summary>
internal static class Teller
{
    /// <summary>The source of what the collector itself tells.</summary>
    public const string Collector = "collector";

    /// <summary>Error code, and type, of requests that the collector closed since their gateway was silent.</summary>
    public const string SourceLost = "source_lost";

    /// <summary>Whether it is told by the process that received the request.</summary>
    public static bool IsGateway(FakeAiEvent e) => string.Equals(e.Source, "gateway", StringComparison.Ordinal);

    /// <summary>Whether it is an end that the collector made up for want of the gateway's word.</summary>
    public static bool IsGuess(FakeAiEvent e) =>
        e.Data is RequestFailed { ErrorCode: SourceLost } && string.Equals(e.Source, Collector, StringComparison.Ordinal);
}
