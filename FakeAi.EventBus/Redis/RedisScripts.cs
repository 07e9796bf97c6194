namespace FakeAi.EventBus.Redis;

/// <summary>The scripts that make an append, a reset and a look at the state one step each.</summary>
internal static class RedisScripts
{
    /// <summary>KEYS: events, producer. ARGV: number, rebase (0/1), lifetime of the producer's key, payloads.</summary>
    public const string Append = """
        local last = tonumber(redis.call('GET', KEYS[2]) or '0')
        local n = tonumber(ARGV[1])
        if n <= last then return {1, last} end
        if n > last + 1 and ARGV[2] == '0' then return {2, last} end
        for i = 4, #ARGV do redis.call('XADD', KEYS[1], '*', 'e', ARGV[i]) end
        redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[3])
        return {0, n}
        """;

    /// <summary>KEYS: version, epoch, dirty. ARGV: after which version.</summary>
    public const string Changes = """
        local version = tonumber(redis.call('GET', KEYS[1]) or '0')
        local epoch = tonumber(redis.call('GET', KEYS[2]) or '0')
        local names = {}
        if version ~= tonumber(ARGV[1]) then names = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[1], '+inf') end
        return {version, epoch, names}
        """;

    /// <summary>KEYS: version (for the slot). ARGV: keys of hashes.</summary>
    public const string GetDocuments = """
        local documents = {}
        for i = 1, #ARGV do documents[i] = redis.call('HGETALL', ARGV[i]) end
        return documents
        """;

    /// <summary>
    /// KEYS: version, epoch, dirty. ARGV: state prefix, tombstone prefix, tombstone seconds, tombstone field, number of
    /// document prefixes, these, number of indexes, their names; then the mark's document and its fields with values.
    /// </summary>
    public const string Reset = """
        -- A first write that needs no memory: with it Redis lets a script go on at maxmemory.
        redis.call('PERSIST', KEYS[1])
        local prefix, tombstones = ARGV[1], ARGV[2]
        local prefixes = tonumber(ARGV[5])
        local function starts(name, with) return string.sub(name, 1, #with) == with end
        for _, name in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
          for i = 6, 5 + prefixes do
            if starts(name, ARGV[i]) then
              redis.call('UNLINK', prefix .. name)
              redis.call('ZREM', KEYS[3], name)
              if starts(name, tombstones) then
                redis.call('HSET', prefix .. name, ARGV[4], '1')
                redis.call('EXPIRE', prefix .. name, ARGV[3])
              end
              break
            end
          end
        end
        local at = 6 + prefixes
        local indexes = tonumber(ARGV[at])
        for i = at + 1, at + indexes do redis.call('UNLINK', prefix .. ARGV[i]) end
        at = at + indexes + 1
        local version = redis.call('INCR', KEYS[1])
        if ARGV[at] then
          redis.call('HSET', prefix .. ARGV[at], unpack(ARGV, at + 1))
          redis.call('ZADD', KEYS[3], version, ARGV[at])
        end
        return {version, redis.call('INCR', KEYS[2])}
        """;
}
