using System.Globalization;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace FakeAi.EventBus.Redis;

/// <summary>The event log in Redis Streams, with the state beside it.</summary>
internal sealed class RedisEventLog : IEventLog
{
    private const int ProducerKeySeconds = 7 * 24 * 3600;

    private readonly RedisSession _session;
    private readonly EventBusOptions _options;
    private readonly Lock _lock = new();
    private (RedisKeys Keys, RedisShardState State)[] _shards = [];

    public RedisEventLog(Func<IConnectionMultiplexer> connect, IOptions<EventBusOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _session = new RedisSession(connect, options, time);
    }

    public async ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken)
    {
        await _session.ExecuteAsync("SET", [(RedisKey)RedisKeys.Shards, _options.Shards, "NX"], cancellationToken);
        var reply = await _session.ExecuteAsync("GET", [(RedisKey)RedisKeys.Shards], cancellationToken);
        return int.Parse((string)reply!, CultureInfo.InvariantCulture);
    }

    public async ValueTask<AppendResult> AppendAsync(EventBatch batch, bool rebase, CancellationToken cancellationToken)
    {
        var keys = Shard(batch.Shard).Keys;
        var values = new RedisValue[3 + batch.Events.Count];
        values[0] = batch.Number;
        values[1] = rebase ? "1" : "0";
        values[2] = ProducerKeySeconds;
        for (var i = 0; i < batch.Events.Count; i++)
        {
            values[3 + i] = batch.Events[i];
        }

        try
        {
            var reply = (RedisResult[])(await _session.ScriptAsync(
                RedisScripts.Append, [keys.Events, keys.Producer(batch.Producer)], values, cancellationToken))!;
            return new AppendResult((AppendOutcome)(int)reply[0], (long)reply[1]);
        }
        catch (EventLogRejectedException e)
        {
            // Nothing in a batch of ours can be wrong for Redis: a key of another type stands in the way. Somebody may clear it.
            throw new EventLogUnavailableException(e.Message, e);
        }
    }

    public async ValueTask<long> GetLastAsync(string producer, int shard, CancellationToken cancellationToken)
    {
        var reply = await _session.ExecuteAsync("GET", [Shard(shard).Keys.Producer(producer)], cancellationToken);
        return reply.IsNull ? 0 : (long)reply;
    }

    public async ValueTask<ShardPosition> OpenAsync(int shard, CancellationToken cancellationToken)
    {
        var (keys, state) = Shard(shard);
        try
        {
            await _session.ExecuteAsync("XGROUP", ["CREATE", keys.Events, RedisKeys.Group, "0", "MKSTREAM"], cancellationToken);
        }
        catch (EventLogRejectedException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
        }

        return (await state.ChangesAsync(long.MaxValue / 2, cancellationToken)).Position;
    }

    public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(
        int shard, string consumer, ReadFrom from, int count, CancellationToken cancellationToken)
    {
        var keys = Shard(shard).Keys;
        if (from == ReadFrom.Abandoned)
        {
            object[] claim = [keys.Events, RedisKeys.Group, consumer, _options.AbandonedAfterMs, "0-0", "COUNT", count];
            var claimed = (RedisResult[])(await _session.ExecuteAsync("XAUTOCLAIM", claim, cancellationToken))!;
            return RedisReplies.Entries(claimed[1]);
        }

        object[] args = ["GROUP", RedisKeys.Group, consumer, "COUNT", count, "STREAMS", keys.Events, from == ReadFrom.New ? ">" : "0"];
        return RedisReplies.StreamEntries(await _session.ExecuteAsync("XREADGROUP", args, cancellationToken));
    }

    public async ValueTask<ApplyResult> ApplyAsync(int shard, BatchEffect effect, CancellationToken cancellationToken)
    {
        var keys = Shard(shard).Keys;
        var reply = (RedisResult[])(await _session.ScriptAsync(
            RedisScripts.Apply,
            [keys.Version, keys.Events, keys.Dead, keys.Live, keys.Dirty],
            EffectArguments.From(effect, keys.StatePrefix),
            cancellationToken))!;
        return new ApplyResult((int)reply[0] == 1, (long)reply[1]);
    }

    public async ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken)
    {
        var keys = Shard(shard).Keys;
        RedisValue[] values =
        [
            keys.StatePrefix, reset.TombstonePrefix, reset.TombstoneSeconds, StateReset.TombstoneField, reset.DocumentPrefixes.Count,
            .. reset.DocumentPrefixes.Select(p => (RedisValue)p), .. reset.Indexes.Select(i => (RedisValue)i),
        ];
        var reply = (RedisResult[])(await _session.ScriptAsync(
            RedisScripts.Reset, [keys.Version, keys.Epoch, keys.Dirty], values, cancellationToken))!;
        return new ShardPosition((long)reply[0], (long)reply[1]);
    }

    public async ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken) =>
        (long)await _session.ExecuteAsync("XLEN", [Shard(shard).Keys.Events], cancellationToken);

    public async ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await _session.ExecuteAsync("XRANGE", [Shard(shard).Keys.Dead, "-", "+", "COUNT", count], cancellationToken))!;
        return [.. reply.Select(r => RedisReplies.Document(((RedisResult[])r!)[1])!)
            .Select(d => new DeadEntry(new LogEntry(d["id"], System.Text.Encoding.UTF8.GetBytes(d["e"])), d["reason"]))];
    }

    public IShardState GetState(int shard) => Shard(shard).State;

    private (RedisKeys Keys, RedisShardState State) Shard(int shard)
    {
        var shards = Volatile.Read(ref _shards);
        if (shard < shards.Length)
        {
            return shards[shard];
        }

        lock (_lock)
        {
            if (shard >= _shards.Length)
            {
                Volatile.Write(ref _shards, [.. Enumerable.Range(0, shard + 1).Select(s =>
                {
                    var keys = new RedisKeys(s);
                    return (keys, new RedisShardState(_session, keys));
                })]);
            }

            return _shards[shard];
        }
    }
}
