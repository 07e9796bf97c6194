using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Pipeline;

/// <summary>Makes the answers of one kind of request; the rest of their way is <see cref="AnswerPipeline"/>'s.</summary>
internal interface IAnswerMaker<in TCall>
    where TCall : AnswerCall
{
    /// <summary>Makes the answer of a request that has its place.</summary>
    /// <param name="call">The request.</param>
    /// <param name="seed">The seed of everything about the answer.</param>
    /// <param name="slot">Its place.</param>
    PacedAnswer Make(TCall call, ulong seed, WorkerSlot slot);
}

/// <summary>An answer that only has to be told.</summary>
/// <param name="Content">What falls due.</param>
/// <param name="Schedule">When.</param>
/// <param name="Told">The dialect's form of it.</param>
internal readonly record struct PacedAnswer(IPacedContent Content, StreamSchedule Schedule, IDialectAnswer Told);
