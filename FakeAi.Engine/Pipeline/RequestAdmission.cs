using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Events;
using FakeAi.Engine.Generation;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;
using FakeAi.EventBus;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Pipeline;

/// <summary>Brings a request to a worker: hashes its prompt where the cache may know it, waits, and tells what the cache had.</summary>
internal sealed class RequestAdmission(
    WorkerPool pool, StreamManager streams, LatencyProfiles profiles, Tokenizers tokenizers, IEventPublisher events, IOptions<EngineOptions> options)
{
    private readonly KvCacheOptions _cache = options.Value.KvCache;
    private readonly long _timeoutUs = (long)(options.Value.TimeoutSeconds * 1_000_000);

    /// <summary>Waits for a place. The caller disposes it however the request ends.</summary>
    /// <exception cref="AdmissionRefusedException">The queue is full, or the time is up.</exception>
    /// <exception cref="StreamCancelledException">An administrator cancelled the stream while it waited.</exception>
    /// <exception cref="OperationCanceledException">The client left, or the engine stops, while it waited.</exception>
    public async Task<WorkerSlot> EnterAsync(AnswerCall call, StreamHandle handle, CancellationToken aborted)
    {
        var rule = CacheRule.For(call.Model.Provider);
        var admission = new Admission(
            Blocks(call, rule), rule, call.PromptTokens, ProfileOf(call), call.Priority, call.Arrival.ReceivedUs + _timeoutUs);
        var slot = await EnterAsync(admission, handle, aborted);
        if (admission.LooksUp)
        {
            events.Publish(
                new CacheLookup(call.Model.Id, slot.Worker, call.PromptTokens, slot.CachedTokens, slot.SavedUs),
                call.Arrival.RequestId,
                EngineTelemetry.Traceparent());
        }

        return slot;
    }

    private async ValueTask<WorkerSlot> EnterAsync(Admission admission, StreamHandle handle, CancellationToken aborted)
    {
        try
        {
            var entering = pool.EnterAsync(admission, handle.Stopping);
            if (entering.IsCompleted)
            {
                return await entering;
            }

            await using (streams.Watch(handle, aborted))
            {
                return await entering;
            }
        }
        catch (AdmissionRefusedException refused)
        {
            handle.Lifecycle.TryMove(refused.TimedOut ? StreamState.TimedOut : StreamState.Failed);
            throw;
        }
        catch (OperationCanceledException) when (handle.Lifecycle is { State: StreamState.Cancelled, Cause: StreamCause.Admin })
        {
            throw new StreamCancelledException(handle.Context.Id);
        }
    }

    /// <summary>What the schedule of an admitted request depends on.</summary>
    public LatencyInputs Inputs(AnswerCall call, WorkerSlot slot) => new(
        ProfileOf(call), call.PromptTokens, slot.CachedTokens, call.Temperature ?? 1, slot.QueueUs, slot.Active, slot.MaxBatch);

    /// <summary>
    /// Nothing for what is no prompt of a text, for one too short to be counted as cached, and for a request that must not
    /// depend on others.
    /// </summary>
    private PromptBlocks Blocks(AnswerCall call, CacheRule rule) =>
        call is GenerationCall { Request: var request } && _cache.Enabled && !call.Arrival.Deterministic
            && call.PromptTokens > Math.Max(_cache.BlockTokens, rule.MinTokens)
            ? PromptHasher.Hash(request, tokenizers.For(request.Model), _cache.BlockTokens, _cache.BlocksPerWorker)
            : PromptBlocks.None;

    private LatencyProfile ProfileOf(AnswerCall call) => profiles.For(call.Model, call.Timing);
}
