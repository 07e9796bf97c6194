using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Events;
using FakeAi.Engine.Generation;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;
using FakeAi.EventBus;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Pipeline;

/// <summary>Gives calls their places with a worker: hashes the prompt where the cache may know it, and tells what the cache had.</summary>
internal sealed class WorkerPlaces(
    WorkerPool pool, LatencyProfiles profiles, Tokenizers tokenizers, IEventPublisher events, IOptions<EngineOptions> options)
{
    private readonly KvCacheOptions _cache = options.Value.KvCache;
    private readonly long _timeoutUs = (long)(options.Value.TimeoutSeconds * 1_000_000);

    /// <summary>Waits for a place, until the call's time is up. The caller disposes it however the call ends.</summary>
    /// <exception cref="AdmissionRefusedException">The queue is full, or the time is up.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while it waited.</exception>
    public async ValueTask<WorkerSlot> EnterAsync(AnswerCall call, CancellationToken cancellationToken)
    {
        var rule = CacheRule.For(call.Model.Provider);
        var admission = new Admission(
            Blocks(call, rule), rule, call.PromptTokens, ProfileOf(call), call.Priority, call.Arrival.ReceivedUs + _timeoutUs);
        var slot = await pool.EnterAsync(admission, cancellationToken);
        if (admission.LooksUp)
        {
            events.Publish(
                new CacheLookup(call.Model.Id, slot.Worker, call.PromptTokens, slot.CachedTokens, slot.SavedUs),
                call.Arrival.RequestId,
                EngineTelemetry.Traceparent());
        }

        return slot;
    }

    /// <summary>What the schedule of a call that has its place depends on.</summary>
    public LatencyInputs Inputs(AnswerCall call, WorkerSlot slot) => new(
        ProfileOf(call), call.PromptTokens, slot.CachedTokens, call.Temperature ?? 1, slot.QueueUs, slot.Active, slot.MaxBatch);

    /// <summary>Nothing for what is no conversation, for one too short to be counted as cached, and for a request that must not depend on others.</summary>
    private PromptBlocks Blocks(AnswerCall call, CacheRule rule) =>
        call.Conversation is { } prompt && _cache.Enabled && !call.Arrival.Deterministic
            && call.PromptTokens > Math.Max(_cache.BlockTokens, rule.MinTokens)
            ? PromptHasher.Hash(prompt, tokenizers.For(prompt.Model), _cache.BlockTokens, _cache.BlocksPerWorker)
            : PromptBlocks.None;

    private LatencyProfile ProfileOf(AnswerCall call) => profiles.For(call.Model, call.Timing);
}
