using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Pipeline;

/// <summary>Answers requests for text, whatever their dialect: generates, and lays out the schedule.</summary>
internal sealed class GenerationPipeline(
    AnswerPipeline answers, AnswerGenerator generator, WorkerPlaces places, LatencyModel latency, IOptions<InstallationOptions> installation)
    : IAnswerMaker<GenerationCall>
{
    private readonly long _serverSeed = installation.Value.Seed;

    /// <summary>Answers a request. The caller holds a slot of the <see cref="StreamManager"/>.</summary>
    /// <exception cref="AdmissionRefusedException">It got no worker; nothing was sent, and the dialect answers.</exception>
    /// <exception cref="StreamCancelledException">An administrator cancelled it before it had a worker; the dialect answers.</exception>
    public Task RunAsync(HttpContext context, GenerationCall call) => answers.RunAsync(context, call, call.Request.SeedFor(_serverSeed), this);

    public PacedAnswer Make(GenerationCall call, ulong seed, WorkerSlot slot)
    {
        var answer = generator.Generate(call.Request, seed, new AnswerDemand(call.Route, call.Mode));
        var timing = call.Timing.Or(answer.Timing);

        // Hidden reasoning takes its time before the first token, unless the request says when that is due.
        var hidden = timing.TtftUs is null ? answer.HiddenSteps : 0;
        var schedule = latency.Plan(
            places.Inputs(call, slot), hidden + answer.Steps, step => step < hidden ? 1 : answer.TokensIn(step - hidden), seed, timing).After(hidden);
        return new PacedAnswer(answer, schedule, call.Tell(answer, new GenerationContext(seed, slot.CachedTokens)));
    }
}
