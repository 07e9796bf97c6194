using System.Globalization;
using StackExchange.Redis;

namespace FakeAi.Bench.Events;

/// <summary>What Redis tells of itself, over a connection of its own.</summary>
internal sealed class RedisMeter : IDisposable
{
    private readonly ConnectionMultiplexer _redis;

    private RedisMeter(ConnectionMultiplexer redis) => _redis = redis;

    public static async Task<RedisMeter> OpenAsync(string connection) => new(await ConnectionMultiplexer.ConnectAsync(connection));

    /// <summary>CPU used since its start, its background threads included.</summary>
    public async Task<TimeSpan> CpuAsync()
    {
        var info = (string)(await _redis.GetDatabase().ExecuteAsync("INFO", "cpu"))!;
        return TimeSpan.FromSeconds(info.Split('\n')
            .Where(l => l.StartsWith("used_cpu_sys:", StringComparison.Ordinal) || l.StartsWith("used_cpu_user:", StringComparison.Ordinal))
            .Sum(l => double.Parse(l.AsSpan(l.IndexOf(':', StringComparison.Ordinal) + 1).TrimEnd(), CultureInfo.InvariantCulture)));
    }

    /// <summary>Events that are published and not applied yet.</summary>
    public async Task<long> BacklogAsync()
    {
        var lengths = await Task.WhenAll((await StreamsAsync()).Select(stream => _redis.GetDatabase().ExecuteAsync("XLEN", stream)));
        return lengths.Sum(l => (long)l);
    }

    /// <summary>How long the oldest event that is not applied yet has waited, by Redis's own clock.</summary>
    public async Task<TimeSpan> OldestAsync()
    {
        var first = await Task.WhenAll((await StreamsAsync()).Select(stream => _redis.GetDatabase().ExecuteAsync("XRANGE", stream, "-", "+", "COUNT", 1)));
        var time = (RedisResult[])(await _redis.GetDatabase().ExecuteAsync("TIME"))!;
        var now = long.Parse((string)time[0]!, CultureInfo.InvariantCulture) * 1_000 + long.Parse((string)time[1]!, CultureInfo.InvariantCulture) / 1_000;
        var oldest = now;
        foreach (var entries in first.Select(f => (RedisResult[])f!).Where(e => e.Length > 0))
        {
            var id = (string)((RedisResult[])entries[0]!)[0]!;
            oldest = Math.Min(oldest, long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture));
        }

        return TimeSpan.FromMilliseconds(now - oldest);
    }

    public void Dispose() => _redis.Dispose();

    private async Task<IEnumerable<string>> StreamsAsync()
    {
        var shards = (int)await _redis.GetDatabase().ExecuteAsync("GET", "fakeai:shards");
        return Enumerable.Range(0, shards).Select(s => string.Create(CultureInfo.InvariantCulture, $"fakeai:{{{s}}}:events"));
    }
}
