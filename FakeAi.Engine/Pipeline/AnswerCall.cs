using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Pipeline;

/// <summary>A parsed and checked request on its way through the engine, whatever it is answered with.</summary>
/// <param name="Route">The route template, such as <c>/v1/chat/completions</c>.</param>
/// <param name="Operation">OpenTelemetry's <c>gen_ai.operation.name</c>, such as <c>chat</c>.</param>
/// <param name="Arrival">What the headers say.</param>
/// <param name="Timing">The timing that the request asks for.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
internal abstract record AnswerCall(string Route, string Operation, RequestArrival Arrival, LatencyOverrides Timing, bool Stream)
{
    /// <summary>Whose timing and tokens count.</summary>
    public abstract ModelInfo Model { get; }

    /// <summary>The model as the client wrote it.</summary>
    public abstract string RequestedModel { get; }

    /// <summary>Tokens of the prompt.</summary>
    public abstract int PromptTokens { get; }

    /// <summary>The sampling temperature; null where there is none.</summary>
    public virtual double? Temperature => null;

    /// <summary>The limit of tokens that the client gave; null where it gave none.</summary>
    public virtual int? Limit => null;

    /// <summary>The prompt that the KV cache may know; null for what is not looked up.</summary>
    public virtual GenerationRequest? Conversation => null;

    /// <summary>Who goes first where requests wait for a worker.</summary>
    public PriorityClass Priority { get; init; } = PriorityClass.Normal;

    /// <summary>What the stream carries.</summary>
    public StreamType Type { get; init; } = StreamType.Chat;

    /// <summary>The format of a streamed answer.</summary>
    public StreamFrame Frame { get; init; } = StreamFrame.ServerSentEvents;

    /// <summary>Whether the answer is compressed for clients that ask for it: sound and pictures would not get smaller.</summary>
    public virtual bool Compresses => true;
}
