using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Pipeline;

/// <summary>Puts together what is known of a request's stream.</summary>
internal static class StreamContexts
{
    public static StreamContext Of(IHeaderDictionary headers, AnswerCall call, ulong seed) => new()
    {
        Id = call.Arrival.RequestId,
        Type = call.Type,
        Model = call.Model.Id,
        Endpoint = call.Route,
        PromptTokens = call.PromptTokens,
        Temperature = call.Temperature,
        MaxTokens = call.Limit,
        Priority = call.Priority.Word(),
        MaxTokensPerSecond = call.Timing.MaxTokensPerSecond,
        ClientId = Client(headers),
        Seed = seed,
    };

    /// <summary>Who asks, as the gateway tells it; null where it tells nothing.</summary>
    public static string? Client(IHeaderDictionary headers) => headers[InternalHeaders.Client].ToString() is { Length: > 0 } client ? client : null;
}
