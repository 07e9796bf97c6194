using System.Diagnostics.Metrics;
using FakeAi.Engine.Telemetry;

namespace FakeAi.Engine.Workers;

/// <summary>What the workers tell as OpenTelemetry metrics.</summary>
internal sealed class WorkerTelemetry
{
    public WorkerTelemetry(IMeterFactory meters, WorkerPool pool)
    {
        var meter = meters.Create(EngineTelemetry.Name);
        meter.CreateObservableUpDownCounter("fakeai.engine.waiting_requests", () => pool.Waiting, "{request}", "Requests that wait for a worker.");
        meter.CreateObservableCounter("fakeai.engine.refused_requests", () => pool.Refused, "{request}", "Requests that found every worker and the queue full.");
        meter.CreateObservableCounter("fakeai.engine.cache_prompt_tokens", () => pool.Report().PromptTokens, "{token}", "Tokens of prompts looked up in the KV cache.");
        meter.CreateObservableCounter("fakeai.engine.cache_hit_tokens", () => pool.Report().HitTokens, "{token}", "Those of them that were found.");
    }
}
