namespace FakeAi.EventBus.Streams;

/// <summary>Reads one shard's state. All members throw <see cref="EventLogUnavailableException"/> when the log cannot be reached.</summary>
public interface IShardState
{
    /// <summary>Reads whole documents.</summary>
    /// <returns>One for each name, in order; null where there is none.</returns>
    ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>?>> GetAsync(IReadOnlyList<string> documents, CancellationToken cancellationToken);

    /// <summary>Reads an index from the highest score down.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, long>>> RangeAsync(string index, int count, CancellationToken cancellationToken);

    /// <summary>Names the documents that changed after a version and still exist; version 0 names all.</summary>
    ValueTask<ShardChanges> ChangesAsync(long afterVersion, CancellationToken cancellationToken);

    /// <summary>The id of the newest item of the live stream, to read on from.</summary>
    ValueTask<string> GetLiveEndAsync(CancellationToken cancellationToken);

    /// <summary>Reads items of the live stream after an id, oldest first.</summary>
    ValueTask<IReadOnlyList<LiveItem>> ReadLiveAsync(string afterId, int count, CancellationToken cancellationToken);
}

/// <summary>What changed in a shard.</summary>
/// <param name="Position">Where the state stands; the names cover everything up to it.</param>
/// <param name="Documents">Names of changed documents.</param>
public sealed record ShardChanges(ShardPosition Position, IReadOnlyList<string> Documents);

/// <summary>One item of a live stream.</summary>
/// <param name="Id">Its id, increasing within the shard.</param>
/// <param name="Payload">What was appended.</param>
public readonly record struct LiveItem(string Id, string Payload);
