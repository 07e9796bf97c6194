namespace FakeAi.EventBus.Redis;

/// <summary>The scripts that make an append, an apply and a reset one step each.</summary>
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

    /// <summary>
    /// KEYS: version, events, dead, live, dirty. ARGV: expected version, group, state prefix, number of entries, their ids,
    /// number of dead ones, for each id, payload and reason; then the operations, each a letter and its arguments.
    /// </summary>
    public const string Apply = """
        local version = redis.call('GET', KEYS[1]) or '0'
        if version ~= ARGV[1] then return {0, tonumber(version)} end
        local group, prefix = ARGV[2], ARGV[3]
        local at = 4
        local function take() at = at + 1 return ARGV[at - 1] end
        local function chunks(count, width, call)
          while count > 0 do
            local m = math.min(count, 500)
            call(at, at + m * width - 1)
            at = at + m * width
            count = count - m
          end
        end
        local entries = tonumber(take())
        local first = at
        at = at + entries
        for _ = 1, tonumber(take()) do
          redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', 'id', ARGV[at], 'e', ARGV[at + 1], 'reason', ARGV[at + 2])
          at = at + 3
        end
        local touched = {}
        local function trim(index, members, documents)
          for _, member in ipairs(members) do
            redis.call('ZREM', index, member)
            redis.call('UNLINK', prefix .. documents .. member)
            redis.call('ZREM', KEYS[5], documents .. member)
            touched[documents .. member] = nil
          end
        end
        while at <= #ARGV do
          local op = take()
          local name = take()
          local key = prefix .. name
          if op == 'I' then
            for _ = 1, tonumber(take()) do
              redis.call('HINCRBY', key, ARGV[at], ARGV[at + 1])
              at = at + 2
            end
            touched[name] = true
          elseif op == 'S' then
            chunks(tonumber(take()), 2, function(i, j) redis.call('HSET', key, unpack(ARGV, i, j)) end)
            touched[name] = true
          elseif op == 'U' then
            chunks(tonumber(take()), 1, function(i, j) redis.call('HDEL', key, unpack(ARGV, i, j)) end)
            touched[name] = true
          elseif op == 'D' then
            redis.call('UNLINK', key)
            redis.call('ZREM', KEYS[5], name)
            touched[name] = nil
          elseif op == 'E' then
            redis.call('EXPIRE', key, take())
          elseif op == 'A' then
            local member = take()
            redis.call('ZADD', key, take(), member)
          elseif op == 'R' then
            redis.call('ZREM', key, take())
          elseif op == 'T' then
            local over = redis.call('ZCARD', key) - tonumber(take())
            local documents = take()
            if over > 0 then trim(key, redis.call('ZRANGE', key, 0, over - 1), documents) end
          elseif op == 'B' then
            local min = take()
            trim(key, redis.call('ZRANGEBYSCORE', key, '-inf', '(' .. min), take())
          elseif op == 'L' then
            redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'p', name)
          end
        end
        local new = redis.call('INCR', KEYS[1])
        for name in pairs(touched) do redis.call('ZADD', KEYS[5], new, name) end
        local last = first + entries - 1
        while first <= last do
          local to = math.min(last, first + 499)
          redis.call('XACK', KEYS[2], group, unpack(ARGV, first, to))
          redis.call('XDEL', KEYS[2], unpack(ARGV, first, to))
          first = to + 1
        end
        return {1, new}
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
    /// document prefixes, these, then names of indexes.
    /// </summary>
    public const string Reset = """
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
        for i = 6 + prefixes, #ARGV do redis.call('UNLINK', prefix .. ARGV[i]) end
        return {redis.call('INCR', KEYS[1]), redis.call('INCR', KEYS[2])}
        """;
}
