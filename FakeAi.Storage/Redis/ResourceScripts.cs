namespace FakeAi.Storage.Redis;

/// <summary>
/// The scripts that make each change, and each look at a list, one step. A document is a hash: o owner, j JSON, l label,
/// x end of life (Unix ms, 0 for none), v version, q whether open. Lists are sorted sets of ids by one common sequence.
/// </summary>
internal static class ResourceScripts
{
    /// <summary>KEYS: document, list, sequence, ends, open. ARGV: owner, JSON, label, end, open, most, member of ends, id.</summary>
    public const string Create = """
        if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
        if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[6]) then return 2 end
        local n = redis.call('INCR', KEYS[3])
        redis.call('HSET', KEYS[1], 'o', ARGV[1], 'j', ARGV[2], 'l', ARGV[3], 'x', ARGV[4], 'v', 1, 'q', ARGV[5])
        redis.call('ZADD', KEYS[2], n, ARGV[8])
        if ARGV[4] ~= '0' then redis.call('ZADD', KEYS[4], ARGV[4], ARGV[7]) end
        if ARGV[5] == '1' then redis.call('ZADD', KEYS[5], n, ARGV[8]) end
        return 0
        """;

    /// <summary>KEYS: document, list, lease, ends, open. ARGV: owner, JSON, label, end, open, version, holder, member of ends, id.</summary>
    public const string Replace = """
        local old = redis.call('HMGET', KEYS[1], 'o', 'v')
        if old[1] ~= ARGV[1] then return 1 end
        if old[2] ~= ARGV[6] then return 2 end
        if ARGV[7] ~= '' and redis.call('GET', KEYS[3]) ~= ARGV[7] then return 3 end
        redis.call('HSET', KEYS[1], 'j', ARGV[2], 'l', ARGV[3], 'x', ARGV[4], 'v', tonumber(ARGV[6]) + 1, 'q', ARGV[5])
        if ARGV[4] ~= '0' then redis.call('ZADD', KEYS[4], ARGV[4], ARGV[8]) else redis.call('ZREM', KEYS[4], ARGV[8]) end
        if ARGV[5] == '1' then redis.call('ZADD', KEYS[5], redis.call('ZSCORE', KEYS[2], ARGV[9]), ARGV[9]) else redis.call('ZREM', KEYS[5], ARGV[9]) end
        return 0
        """;

    /// <summary>KEYS: document, list, lease, ends, open. ARGV: owner, member of ends, id.</summary>
    public const string Delete = """
        if redis.call('HGET', KEYS[1], 'o') ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1], KEYS[3])
        redis.call('ZREM', KEYS[2], ARGV[3])
        redis.call('ZREM', KEYS[4], ARGV[2])
        redis.call('ZREM', KEYS[5], ARGV[3])
        return 1
        """;

    /// <summary>
    /// KEYS: list. ARGV: prefix of documents, id below, id above (empty for none), upwards (0/1), most, filtered (0/1), label, now,
    /// place to go on from (empty at first), most to look at. Gives 0 for an unknown cursor, else whether it came to the end
    /// of the list, the place to go on from, and six values for each object.
    /// </summary>
    public const string List = """
        local low, high = '-inf', '+inf'
        if ARGV[2] ~= '' then
          local at = redis.call('ZSCORE', KEYS[1], ARGV[2])
          if not at and ARGV[9] == '' then return 0 end
          if at then low = '(' .. at end
        end
        if ARGV[3] ~= '' then
          local at = redis.call('ZSCORE', KEYS[1], ARGV[3])
          if not at and ARGV[9] == '' then return 0 end
          if at then high = '(' .. at end
        end
        local up = ARGV[4] == '1'
        if ARGV[9] ~= '' then
          if up then low = '(' .. ARGV[9] else high = '(' .. ARGV[9] end
        end
        local most, look = tonumber(ARGV[5]), tonumber(ARGV[10])
        local ids
        if up then ids = redis.call('ZRANGEBYSCORE', KEYS[1], low, high, 'WITHSCORES', 'LIMIT', 0, look)
        else ids = redis.call('ZREVRANGEBYSCORE', KEYS[1], high, low, 'WITHSCORES', 'LIMIT', 0, look) end
        local found, place, count = {#ids < 2 * look and 1 or 0, ARGV[9]}, ARGV[9], 0
        for i = 1, #ids, 2 do
          if count == most then found[1] = 0 break end
          place = ids[i + 1]
          local d = redis.call('HMGET', ARGV[1] .. ids[i], 'j', 'l', 'x', 'v', 'q')
          if d[1] and (ARGV[6] == '0' or d[2] == ARGV[7]) and (d[3] == '0' or tonumber(d[3]) > tonumber(ARGV[8])) then
            count = count + 1
            found[#found + 1] = ids[i]
            for k = 1, 5 do found[#found + 1] = d[k] end
          end
        end
        found[2] = place
        return found
        """;

    /// <summary>KEYS: lease. ARGV: holder, life in ms.</summary>
    public const string Lease = """
        local holder = redis.call('GET', KEYS[1])
        if holder and holder ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """;

    /// <summary>KEYS: lease. ARGV: holder.</summary>
    public const string Release = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        return 1
        """;
}
