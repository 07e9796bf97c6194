using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace FakeAi.Chaos.Tests.Harness;

/// <summary>Looks into the event log itself, by the key names that its documentation gives.</summary>
internal sealed class LogInspection : IDisposable
{
    private readonly ConnectionMultiplexer _redis;
    private readonly int _shards;

    private LogInspection(ConnectionMultiplexer redis, int shards)
    {
        _redis = redis;
        _shards = shards;
    }

    public static async Task<LogInspection> OpenAsync(string connection)
    {
        var redis = await ConnectionMultiplexer.ConnectAsync(connection + ",connectTimeout=5000,syncTimeout=10000");
        return new LogInspection(redis, (int)(await redis.GetDatabase().ExecuteAsync("GET", "fakeai:shards")));
    }

    /// <summary>Events that are not applied yet.</summary>
    public Task<long> WaitingAsync() => SumAsync("events");

    /// <summary>Events that could not be applied.</summary>
    public Task<long> DeadAsync() => SumAsync("dead");

    /// <summary>For each shard the waiting events, in the log's order: who told it, its number there, its request.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<(string Instance, long Seq, string? RequestId, string Type)>>> EventsAsync()
    {
        var shards = new List<IReadOnlyList<(string, long, string?, string)>>();
        for (var shard = 0; shard < _shards; shard++)
        {
            var entries = (RedisResult[])(await _redis.GetDatabase().ExecuteAsync("XRANGE", Key(shard, "events"), "-", "+"))!;
            shards.Add([.. entries.Select(Event)]);
        }

        return shards;
    }

    public void Dispose() => _redis.Dispose();

    private static (string Instance, long Seq, string? RequestId, string Type) Event(RedisResult entry)
    {
        var fields = (RedisResult[])((RedisResult[])entry!)[1]!;
        using var json = JsonDocument.Parse((byte[])fields[1]!);
        var root = json.RootElement;
        return (root.GetProperty("instance").GetString()!, root.GetProperty("seq").GetInt64(),
            root.TryGetProperty("requestId", out var id) ? id.GetString() : null, root.GetProperty("type").GetString()!);
    }

    private static string Key(int shard, string what) => string.Create(CultureInfo.InvariantCulture, $"fakeai:{{{shard}}}:{what}");

    private async Task<long> SumAsync(string what)
    {
        var sum = 0L;
        for (var shard = 0; shard < _shards; shard++)
        {
            sum += (long)await _redis.GetDatabase().ExecuteAsync("XLEN", Key(shard, what));
        }

        return sum;
    }
}
