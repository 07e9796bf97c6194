namespace FakeAi.EventBus.Streams;

/// <summary>Serialised events of one shard under one number; never changed once made, so that it can be sent again.</summary>
/// <param name="Producer">32 hex digits, new for each start of a process.</param>
/// <param name="Shard">The shard, from 0.</param>
/// <param name="Number">Counts the producer's batches of this shard from 1, without gaps.</param>
/// <param name="Events">Each event's JSON.</param>
public sealed record EventBatch(string Producer, int Shard, long Number, IReadOnlyList<byte[]> Events);

/// <summary>What the log did with a batch.</summary>
public enum AppendOutcome
{
    /// <summary>Its events are in the log now.</summary>
    Appended,

    /// <summary>They were there before: an earlier attempt had reached the log.</summary>
    AlreadyThere,

    /// <summary>Not appended: batches between the log's last one and this one are missing.</summary>
    Gap,
}

/// <summary>Answer to an append.</summary>
/// <param name="Outcome">What was done.</param>
/// <param name="Last">Number of the producer's last batch in the log, 0 for none.</param>
public readonly record struct AppendResult(AppendOutcome Outcome, long Last);
