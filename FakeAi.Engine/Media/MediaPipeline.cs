using FakeAi.Engine.Latency;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Media;

/// <summary>Answers requests for sound and images: has the content made, and lays out its schedule.</summary>
internal sealed class MediaPipeline(AnswerPipeline answers, WorkerPlaces places, LatencyModel latency) : IAnswerMaker<MediaCall>
{
    /// <summary>OpenTelemetry's <c>gen_ai.operation.name</c> of content that is no chat.</summary>
    public const string Operation = "generate_content";

    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    /// <exception cref="AdmissionRefusedException">It got no worker; nothing was sent, and the dialect answers.</exception>
    /// <exception cref="StreamCancelledException">An administrator cancelled it before it had a worker; the dialect answers.</exception>
    public Task RunAsync(HttpContext context, MediaCall call, ulong seed) => answers.RunAsync(context, call, seed, this);

    public PacedAnswer Make(MediaCall call, ulong seed, WorkerSlot slot)
    {
        var (content, told) = call.Make();
        return new PacedAnswer(content, latency.Plan(places.Inputs(call, slot), content.Steps, content.TokensIn, seed, call.Timing), told);
    }
}
