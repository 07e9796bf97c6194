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
    private readonly InMemoryEventLog _inner = new(Options.Create(new EventBusOptions { AbandonedAfterMs = 200 }), TimeProvider.System);
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
    public async Task Consumer_NeverWithoutNewEntries_TakesOverAbandonedOnes()
    {
        await AppendAsync();
        Assert.Single(await _inner.ReadAsync(0, "crashed", ReadFrom.New, 10, default));
        await RunUntilAsync(
            from => from == ReadFrom.New ? AppendAsync() : ValueTask.CompletedTask,
            async _ => (await _inner.ReadAsync(0, "crashed", ReadFrom.OwnPending, 10, default)).Count == 0);
    }

    private async ValueTask AppendAsync()
    {
        var e = new FakeAiEvent("id", 1, "req_1", "gateway", "gateway-1", 1, null, new StreamProgress(1, 1));
        await _inner.AppendAsync(new EventBatch("p", 0, Interlocked.Increment(ref _batches), [EventJson.ToBytes(e)]), rebase: false, default);
    }

    private async Task RunUntilAsync(Func<ReadFrom, ValueTask> beforeRead, Func<ConsumerCounters, Task<bool>> condition)
    {
        var counters = new ConsumerCounters();
        var options = new EventBusOptions { AbandonedAfterMs = 200, BatchEvents = 1 };
        using var stop = new CancellationTokenSource();
        var running = new ShardConsumer(
            0, "heir", new HookedLog(_inner, beforeRead), new NoEffect(), options, TimeProvider.System, NullLogger.Instance, counters).RunAsync(stop.Token);
        await Eventually.IsTrueAsync(() => condition(counters), TimeSpan.FromSeconds(20));
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class NoEffect : IEventBatchHandler
    {
        public ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
            int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<StateOp>>([]);
    }

    /// <summary>A log of which each read can be disturbed.</summary>
    private sealed class HookedLog(IEventLog inner, Func<ReadFrom, ValueTask> beforeRead) : IEventLog
    {
        public ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken) => inner.GetShardCountAsync(cancellationToken);

        public ValueTask<AppendResult> AppendAsync(EventBatch batch, bool rebase, CancellationToken cancellationToken) => inner.AppendAsync(batch, rebase, cancellationToken);

        public ValueTask<long> GetLastAsync(string producer, int shard, CancellationToken cancellationToken) => inner.GetLastAsync(producer, shard, cancellationToken);

        public ValueTask<ShardPosition> OpenAsync(int shard, CancellationToken cancellationToken) => inner.OpenAsync(shard, cancellationToken);

        public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int shard, string consumer, ReadFrom from, int count, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            await beforeRead(from);
            return await inner.ReadAsync(shard, consumer, from, count, cancellationToken);
        }

        public ValueTask<ApplyResult> ApplyAsync(int shard, BatchEffect effect, CancellationToken cancellationToken) => inner.ApplyAsync(shard, effect, cancellationToken);

        public ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken) => inner.ResetAsync(shard, reset, cancellationToken);

        public ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken) => inner.CountAsync(shard, cancellationToken);

        public ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken) => inner.ReadDeadAsync(shard, count, cancellationToken);

        public IShardState GetState(int shard) => inner.GetState(shard);
    }
}
