using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Pipeline;

/// <summary>Puts together what is known of a request's stream.</summary>
internal static class StreamContexts
{
    public static StreamContext Of(IHeaderDictionary headers, GenerationCall call, ulong seed)
    {
        var request = call.Request;
        return new StreamContext
        {
            Id = call.Arrival.RequestId,
            Type = call.Type,
            Model = request.Model.Id,
            Endpoint = call.Route,
            PromptTokens = request.PromptTokens,
            Temperature = request.Sampling.Temperature,
            MaxTokens = request.LimitGiven ? request.MaxTokens : null,
            Priority = call.Priority.Word(),
            MaxTokensPerSecond = call.Timing.MaxTokensPerSecond,
            ClientId = Client(headers),
            Seed = seed,
        };
    }

    /// <summary>Who asks, as the gateway tells it; null where it tells nothing.</summary>
    public static string? Client(IHeaderDictionary headers) => headers[InternalHeaders.Client].ToString() is { Length: > 0 } client ? client : null;
}
