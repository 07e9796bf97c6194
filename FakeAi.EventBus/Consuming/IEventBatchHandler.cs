using FakeAi.Contracts.Events;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Consuming;

/// <summary>
/// Computes what a batch of events does to a shard's state. Must depend on the events and the state alone: when the
/// state has moved on meanwhile, it is asked again. An exception makes the batch be halved until the entry at fault is
/// found, which then goes to the dead-letter stream.
/// </summary>
public interface IEventBatchHandler
{
    /// <summary>Projects a batch.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="events">The events, in the log's order.</param>
    /// <param name="state">The shard's state before the batch.</param>
    /// <param name="cancellationToken">The consumer is stopping.</param>
    /// <returns>The changes, applied in order and all at once.</returns>
    ValueTask<IReadOnlyList<StateOp>> ProjectAsync(
        int shard, IReadOnlyList<FakeAiEvent> events, IShardState state, CancellationToken cancellationToken);

    /// <summary>Told after a batch was applied. Must not throw.</summary>
    void Applied(int shard, IReadOnlyList<FakeAiEvent> events)
    {
    }

    /// <summary>This process has taken a shard: another may have changed its state meanwhile. Must not throw.</summary>
    void Taken(int shard)
    {
    }

    /// <summary>
    /// Events that do not come from the log but follow from its silence. Asked for about once a second by the shard's owner
    /// when nothing waits in the shard; they are projected and applied like those of a batch. An exception is told and
    /// otherwise passed over.
    /// </summary>
    /// <param name="shard">The shard.</param>
    /// <param name="state">The shard's state.</param>
    /// <param name="cancellationToken">The consumer is stopping.</param>
    ValueTask<IReadOnlyList<FakeAiEvent>> FindDueAsync(int shard, IShardState state, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<FakeAiEvent>>([]);
}
