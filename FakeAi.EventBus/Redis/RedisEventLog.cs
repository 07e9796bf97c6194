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
    private readonly ConfirmedLeases _leases;
    private readonly Lock _lock = new();
    private (RedisKeys Keys, RedisShardState State)[] _shards = [];

    public RedisEventLog(Func<IConnectionMultiplexer> connect, IOptions<EventBusOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _session = new RedisSession(connect, options, time);
        _leases = new ConfirmedLeases(time, TimeSpan.FromMilliseconds(_options.LeaseMs));
    }

    public async ValueTask<int> GetShardCountAsync(CancellationToken cancellationToken)
    {
        // Asked for first: at maxmemory a SET is refused even where there is nothing to set, and a collector must start then, too.
        var reply = await _session.ExecuteAsync("GET", [(RedisKey)RedisKeys.Shards], cancellationToken);
        if (reply.IsNull)
        {
            await _session.ExecuteAsync("SET", [(RedisKey)RedisKeys.Shards, _options.Shards, "NX"], cancellationToken);
            reply = await _session.ExecuteAsync("GET", [(RedisKey)RedisKeys.Shards], cancellationToken);
        }

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

    public async ValueTask<LeaseAnswer> AcquireAsync(int shard, string holder, CancellationToken cancellationToken)
    {
        var keys = Shard(shard).Keys;
        var asked = _leases.Now;
        var reply = await FencedAsync(
            LeaseScripts.Acquire, [keys.Owner, keys.Fence, keys.Events, keys.Version, keys.Epoch],
            [holder, _options.LeaseMs, RedisKeys.Group, RedisKeys.Consumer], cancellationToken);
        if ((int)reply[0] == 0)
        {
            var owner = (string)reply[1]!;
            return new LeaseAnswer(null, default, owner[..owner.LastIndexOf('|')]);
        }

        var lease = new ShardLease(shard, holder, (long)reply[1]);
        if ((int)reply[4] > 0)
        {
            await InheritAsync(keys, lease, cancellationToken);
        }

        _leases.Confirm(lease, asked);
        return new LeaseAnswer(lease, new ShardPosition((long)reply[2], (long)reply[3]), holder);
    }

    public async ValueTask ReleaseAsync(ShardLease lease, CancellationToken cancellationToken) =>
        await _session.ScriptAsync(LeaseScripts.Release, [Shard(lease.Shard).Keys.Owner], [RedisKeys.OwnerOf(lease)], cancellationToken);

    public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(
        ShardLease lease, ReadFrom from, int count, CancellationToken cancellationToken)
    {
        var keys = Shard(lease.Shard).Keys;
        if (!_leases.IsFresh(lease))
        {
            var asked = _leases.Now;
            var renewed = await _session.ScriptAsync(
                LeaseScripts.Renew, [keys.Owner], [RedisKeys.OwnerOf(lease), _options.LeaseMs], cancellationToken);
            if ((int)renewed != 1)
            {
                throw Lost(lease);
            }

            _leases.Confirm(lease, asked);
        }

        object[] args = ["GROUP", RedisKeys.Group, RedisKeys.Consumer, "COUNT", count, "STREAMS", keys.Events, from == ReadFrom.New ? ">" : "0"];
        return RedisReplies.StreamEntries(await _session.ExecuteAsync("XREADGROUP", args, cancellationToken));
    }

    public async ValueTask<ApplyResult> ApplyAsync(ShardLease lease, BatchEffect effect, CancellationToken cancellationToken)
    {
        var keys = Shard(lease.Shard).Keys;
        var asked = _leases.Now;
        var reply = (RedisResult[])(await _session.ScriptAsync(
            ApplyScript.Text,
            [keys.Owner, keys.Version, keys.Events, keys.Dead, keys.Live, keys.Dirty],
            EffectArguments.From(effect, RedisKeys.OwnerOf(lease), _options.LeaseMs, keys.StatePrefix),
            cancellationToken))!;
        if ((int)reply[0] == 2)
        {
            throw Lost(lease);
        }

        _leases.Confirm(lease, asked);
        return new ApplyResult((int)reply[0] == 1, (long)reply[1]);
    }

    public async ValueTask<ShardPosition> ResetAsync(int shard, StateReset reset, CancellationToken cancellationToken)
    {
        var keys = Shard(shard).Keys;
        RedisValue[] values =
        [
            keys.StatePrefix, reset.TombstonePrefix, reset.TombstoneSeconds, StateReset.TombstoneField, reset.DocumentPrefixes.Count,
            .. reset.DocumentPrefixes.Select(p => (RedisValue)p), reset.Indexes.Count, .. reset.Indexes.Select(i => (RedisValue)i),
            .. reset.Mark is { } mark ? mark.Fields.SelectMany(f => new RedisValue[] { f.Key, f.Value }).Prepend(mark.Document) : [],
        ];
        var reply = (RedisResult[])(await _session.ScriptAsync(
            RedisScripts.Reset, [keys.Version, keys.Epoch, keys.Dirty], values, cancellationToken))!;
        return new ShardPosition((long)reply[0], (long)reply[1]);
    }

    public async ValueTask<long> CountAsync(int shard, CancellationToken cancellationToken) =>
        (long)await _session.ExecuteAsync("XLEN", [Shard(shard).Keys.Events], cancellationToken);

    public async ValueTask<ShardBacklog> GetBacklogAsync(int shard, CancellationToken cancellationToken)
    {
        var reply = await FencedAsync(LeaseScripts.Backlog, [Shard(shard).Keys.Events], [], cancellationToken);
        return new ShardBacklog((long)reply[0], (long)reply[1]);
    }

    public async ValueTask<IReadOnlyList<DeadEntry>> ReadDeadAsync(int shard, int count, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await _session.ExecuteAsync("XRANGE", [Shard(shard).Keys.Dead, "-", "+", "COUNT", count], cancellationToken))!;
        return [.. reply.Select(r => RedisReplies.Document(((RedisResult[])r!)[1])!)
            .Select(d => new DeadEntry(new LogEntry(d["id"], System.Text.Encoding.UTF8.GetBytes(d["e"])), d["reason"]))];
    }

    public IShardState GetState(int shard) => Shard(shard).State;

    private static ShardLeaseLostException Lost(ShardLease lease) =>
        new($"Shard {lease.Shard} is not leased to {lease.Holder} under token {lease.Token} any more.");

    /// <summary>Gives the owner what consumers before there were leases have left pending.</summary>
    private async ValueTask InheritAsync(RedisKeys keys, ShardLease lease, CancellationToken cancellationToken)
    {
        RedisValue at = "0-0";
        do
        {
            var reply = await FencedAsync(
                LeaseScripts.Inherit, [keys.Owner, keys.Events],
                [RedisKeys.OwnerOf(lease), _options.LeaseMs, RedisKeys.Group, RedisKeys.Consumer, at], cancellationToken);
            at = (int)reply[0] == 1 ? (RedisValue)reply[1] : throw Lost(lease);
        }
        while (at != "0-0");
    }

    /// <summary>These scripts cannot be wrong for Redis: a refusal means that a key of another kind stands in the way. Somebody may clear it.</summary>
    private async ValueTask<RedisResult[]> FencedAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        try
        {
            return (RedisResult[])(await _session.ScriptAsync(script, keys, values, cancellationToken))!;
        }
        catch (EventLogRejectedException e)
        {
            throw new EventLogUnavailableException(e.Message, e);
        }
    }

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
