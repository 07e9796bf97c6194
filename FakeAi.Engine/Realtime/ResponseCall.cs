using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Pipeline;

namespace FakeAi.Engine.Realtime;

/// <summary>A session, and each of its responses, as calls on the engine.</summary>
/// <param name="Arrival">What the opening request's headers said; of a response, when it was asked for.</param>
/// <param name="Answering">The model that answers.</param>
/// <param name="Requested">The model as the client wrote it.</param>
/// <param name="Timing">The timing that the session asks for.</param>
internal sealed record ResponseCall(RequestArrival Arrival, ModelInfo Answering, string Requested, LatencyOverrides Timing)
    : AnswerCall(RealtimeHandler.Route, RealtimeHandler.Operation, Arrival, Timing, Stream: true)
{
    /// <summary>Of a response: the conversation that it goes on with.</summary>
    public GenerationRequest? Prompt { get; init; }

    public override ModelInfo Model => Answering;

    public override string RequestedModel => Requested;

    public override int PromptTokens => Prompt?.PromptTokens ?? 0;

    public override GenerationRequest? Conversation => Prompt;

    /// <summary>The call of a response that is asked for at a time of the engine's clock.</summary>
    public ResponseCall For(GenerationRequest prompt, long nowUs) => this with { Prompt = prompt, Arrival = Arrival with { ReceivedUs = nowUs } };
}
