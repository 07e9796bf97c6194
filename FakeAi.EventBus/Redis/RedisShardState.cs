using System.Globalization;
using FakeAi.EventBus.Streams;
using StackExchange.Redis;

namespace FakeAi.EventBus.Redis;

/// <summary>Reads a shard's state from Redis.</summary>
internal sealed class RedisShardState(RedisSession session, RedisKeys keys) : IShardState
{
    // One script call blocks Redis while it runs: not too much at once.
    private const int DocumentsPerCall = 200;

    public async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>?>> GetAsync(
        IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        var found = new List<IReadOnlyDictionary<string, string>?>(documents.Count);
        for (var from = 0; from < documents.Count; from += DocumentsPerCall)
        {
            var values = new RedisValue[Math.Min(DocumentsPerCall, documents.Count - from)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = keys.StatePrefix + documents[from + i];
            }

            var reply = await session.ScriptAsync(RedisScripts.GetDocuments, [keys.Version], values, cancellationToken);
            foreach (var document in (RedisResult[])reply!)
            {
                found.Add(RedisReplies.Document(document));
            }
        }

        return found;
    }

    public async ValueTask<IReadOnlyList<KeyValuePair<string, long>>> RangeAsync(string index, int count, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await session.ExecuteAsync("ZREVRANGE", [(RedisKey)(keys.StatePrefix + index), 0, count - 1, "WITHSCORES"], cancellationToken))!;
        var members = new List<KeyValuePair<string, long>>(reply.Length / 2);
        for (var i = 0; i + 1 < reply.Length; i += 2)
        {
            members.Add(KeyValuePair.Create((string)reply[i]!, (long)double.Parse((string)reply[i + 1]!, CultureInfo.InvariantCulture)));
        }

        return members;
    }

    public async ValueTask<ShardChanges> ChangesAsync(long afterVersion, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await session.ScriptAsync(
            RedisScripts.Changes, [keys.Version, keys.Epoch, keys.Dirty], [afterVersion], cancellationToken))!;
        return new ShardChanges(new ShardPosition((long)reply[0], (long)reply[1]), (string[])reply[2]!);
    }

    public async ValueTask<string> GetLiveEndAsync(CancellationToken cancellationToken)
    {
        var newest = RedisReplies.Entries(await session.ExecuteAsync("XREVRANGE", [keys.Live, "+", "-", "COUNT", 1], cancellationToken));
        return newest.Count == 0 ? "0-0" : newest[0].Id;
    }

    public async ValueTask<IReadOnlyList<LiveItem>> ReadLiveAsync(string afterId, int count, CancellationToken cancellationToken)
    {
        var reply = await session.ExecuteAsync("XREAD", ["COUNT", count, "STREAMS", keys.Live, afterId], cancellationToken);
        var entries = RedisReplies.StreamEntries(reply);
        return entries.Count == 0 ? [] : [.. entries.Select(e => new LiveItem(e.Id, System.Text.Encoding.UTF8.GetString(e.Payload)))];
    }
}
