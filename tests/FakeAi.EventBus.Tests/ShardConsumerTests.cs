using FakeAi.Contracts.Events;
using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Memory;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Tests;

public sealed class ShardConsumerTests
{
    private readonly InMemoryEventLog _inner = new(Options.Create(new EventBusOptions { LeaseMs = 1_000 }), TimeProvider.System);
    private long _batches;

    [Fact]
    public async Task Consumer_LogThatRefusesReads_GoesOnAfterwards()
    {
        await AppendAsync();
        var refusals = 3;
        await RunUntilAsync(
            _ => Interlocked.Decrement(ref refusals) >= 0 ? throw new EventLogRejectedException("NOPERM") : ValueTask.CompletedTask,
            counters => Task.FromResult(counters.AppliedEvents == 1));
    }

    [Fact]
    public async Task Consumer_WhatItsHandlerFindsDue_IsAppliedWithoutEntries()
    {
        var handler = new DueHandler();
        await RunUntilAsync(
            _ => ValueTask.CompletedTask,
            async _ => (await _inner.GetState(0).GetAsync(["due"], default))[0] is { } due && due["n"] == "1",
            handler);
        Assert.Equal((1, 2), (handler.Taken, handler.Asked));
    }

    private async ValueTask AppendAsync()
    {
        var e = new FakeAiEvent("id", 1, "req_1", "gateway", "gateway-1", 1, null, new StreamProgress(1, 1));
        await _inner.AppendAsync(new EventBatch("p", 0, Interlocked.Increment(ref _batches), [EventJson.ToBytes(e)]), rebase: false, default);
    }

    private async Task RunUntilAsync(Func<ReadFrom, ValueTask> beforeRead, Func<ConsumerCounters, Task<bool>> condition, IEventBatchHandler? handler = null)
    {
        var counters = new ConsumerCounters();
        var options = new EventBusOptions { LeaseMs = 1_000, BatchEvents = 1 };
        using var stop = new CancellationTokenSource();
        var running = new ShardConsumer(
            0, "heir", new HookedLog(_inner, beforeRead), handler ?? new NoEffect(), options, TimeProvider.System, NullLogger.Instance, counters).RunAsync(stop.Token);
        await Eventually.IsTrueAsync(() => condition(counters), TimeSpan.FromSeconds(20));
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class NoEffect : IEventBatchHandler
    {
        public ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
            int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<StateOp>>([]);
    }

    /// <summary>Fails when asked first; then has one event to tell.</summary>
    private sealed class DueHandler : IEventBatchHandler
    {
        public int Taken { get; private set; }

        public int Asked { get; private set; }

        void IEventBatchHandler.Taken(int shard) => Taken++;

        public ValueTask<IReadOnlyList<FakeAiEvent>> FindDueAsync(int shard, IShardState state, CancellationToken cancellationToken) =>
            ++Asked == 1
                ? throw new InvalidOperationException("once")
                : ValueTask.FromResult<IReadOnlyList<FakeAiEvent>>(Asked == 2 ? [new FakeAiEvent("due", 1, null, "collector", "c", 0, null, new StreamProgress(1, 1))] : []);

        public ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
            int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<StateOp>>([new IncrementFields("due", [KeyValuePair.Create("n", (long)events.Count)])]);
    }

    /// <summary>A log of which each read can be disturbed.</summary>
    private sealed class HookedLog(IEventLog inner, Func<ReadFrom, ValueTask> beforeRead) : IEventLog
    {
        public ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken) => inner.GetShardCountAsync(cancellationToken);

        public ValueTask<AppendResult> AppendAsync(EventBatch batch, bool rebase, CancellationToken cancellationToken) => inner.AppendAsync(batch, rebase, cancellationToken);

        public ValueTask<long> GetLastAsync(string producer, int shard, CancellationToken cancellationToken) => inner.GetLastAsync(producer, shard, cancellationToken);

        public ValueTask<LeaseAnswer> AcquireAsync(int shard, string holder, CancellationToken cancellationToken) => inner.AcquireAsync(shard, holder, cancellationToken);

        public ValueTask ReleaseAsync(ShardLease lease, CancellationToken cancellationToken) => inner.ReleaseAsync(lease, cancellationToken);

        public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(ShardLease lease, ReadFrom from, int count, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            await beforeRead(from);
            return await inner.ReadAsync(lease, from, count, cancellationToken);
        }

        public ValueTask<ApplyResult> ApplyAsync(ShardLease lease, BatchEffect effect, CancellationToken cancellationToken) => inner.ApplyAsync(lease, effect, cancellationToken);

        public ValueTask<ShardBacklog> GetBacklogAsync(int shard, CancellationToken cancellationToken) => inner.GetBacklogAsync(shard, cancellationToken);

        public ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken) => inner.ResetAsync(shard, reset, cancellationToken);

        public ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken) => inner.CountAsync(shard, cancellationToken);

        public ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken) => inner.ReadDeadAsync(shard, count, cancellationToken);

        public IShardState GetState(int shard) => inner.GetState(shard);
    }
}
