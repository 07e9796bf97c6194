using System.Globalization;
using StackExchange.Redis;

namespace FakeAi.EventBus.Redis;

/// <summary>Names of one shard's keys; all carry the same hash tag, so that one script may touch them in a cluster.</summary>
internal sealed class RedisKeys
{
    /// <summary>The number of shards; belongs to the log as a whole.</summary>
    public const string Shards = "fakeai:shards";

    /// <summary>The consumer group of every shard's stream.</summary>
    public const string Group = "collectors";

    /// <summary>The one consumer in the group: the lease tells who acts for it.</summary>
    public const string Consumer = "owner";

    public RedisKeys(int shard)
    {
        Prefix = string.Create(CultureInfo.InvariantCulture, $"fakeai:{{{shard}}}:");
        StatePrefix = Prefix + "s:";
        Owner = Prefix + "owner";
        Fence = Prefix + "fence";
        Events = Prefix + "events";
        Dead = Prefix + "dead";
        Live = Prefix + "live";
        Version = Prefix + "version";
        Epoch = Prefix + "epoch";
        Dirty = Prefix + "dirty";
    }

    public string Prefix { get; }

    /// <summary>What documents' and indexes' names are put behind.</summary>
    public string StatePrefix { get; }

    /// <summary>Who holds the shard, <c>holder|token</c>; it goes by itself when the lease is not renewed.</summary>
    public RedisKey Owner { get; }

    /// <summary>The last fencing token.</summary>
    public RedisKey Fence { get; }

    public RedisKey Events { get; }

    public RedisKey Dead { get; }

    public RedisKey Live { get; }

    public RedisKey Version { get; }

    public RedisKey Epoch { get; }

    /// <summary>Sorted set of document names by the version at which they last changed.</summary>
    public RedisKey Dirty { get; }

    /// <summary>What <see cref="Owner"/> holds under a lease.</summary>
    public static string OwnerOf(Streams.ShardLease lease) => string.Create(CultureInfo.InvariantCulture, $"{lease.Holder}|{lease.Token}");

    public RedisKey Producer(string producer) => Prefix + "producer:" + producer;
}
