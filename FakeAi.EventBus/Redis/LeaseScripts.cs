namespace FakeAi.EventBus.Redis;

/// <summary>
/// Who may act for a shard. The lease's time runs in Redis alone, and applying looks at the owner in the same step: a
/// process that was paused past its lease applies nothing. Reading does not (entries that pass through a script cost four
/// times as much): the reader has heard shortly before that the lease is its own, and what one that was paused just then is
/// given nonetheless stays pending, where the owner finds it, since it may only apply what begins with the oldest pending.
/// </summary>
internal static class LeaseScripts
{
    /// <summary>What a refusal starts with that is due to a key of another kind in one of ours' place. Somebody may clear it.</summary>
    public const string Foreign = "FOREIGN";

    /// <summary>
    /// KEYS: owner, fence, events, version, epoch. ARGV: holder, lease in ms, group, consumer. Answers 0 and the owner, or
    /// 1, the token, version, epoch and how many other consumers the group has.
    /// </summary>
    public const string Acquire = """
        local owner = redis.call('GET', KEYS[1])
        if owner and string.match(owner, '^(.*)|') ~= ARGV[1] then return {0, owner} end
        local version = tonumber(redis.call('GET', KEYS[4]) or '0')
        local epoch = tonumber(redis.call('GET', KEYS[5]) or '0')
        if not version or not epoch then return redis.error_reply('FOREIGN version or epoch is not a number') end
        -- A first write that needs no memory: with it Redis lets a script go on at maxmemory, which applying then relieves.
        redis.call('DEL', KEYS[1])
        local made = redis.pcall('XGROUP', 'CREATE', KEYS[3], ARGV[3], '0', 'MKSTREAM')
        if made.err and string.sub(made.err, 1, 9) ~= 'BUSYGROUP' then return made end
        local token = string.format('%.0f', redis.call('INCR', KEYS[2]))
        redis.call('SET', KEYS[1], ARGV[1] .. '|' .. token, 'PX', ARGV[2])
        local others = 0
        for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[3], ARGV[3])) do
          if consumer[2] ~= ARGV[4] then others = others + 1 end
        end
        return {1, tonumber(token), version, epoch, others}
        """;

    /// <summary>
    /// Takes over what other consumers of the group have pending, a thousand a call; removes them when that is done. KEYS:
    /// owner, events. ARGV: owner, lease in ms, group, consumer, where to go on. Answers 0, or 1 and where to go on.
    /// </summary>
    public const string Inherit = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {0} end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        local at = redis.call('XAUTOCLAIM', KEYS[2], ARGV[3], ARGV[4], 0, ARGV[5], 'COUNT', 1000, 'JUSTID')[1]
        if at == '0-0' then
          for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[2], ARGV[3])) do
            -- Removing a consumer forgets its pending entries: nobody would be given them any more.
            if consumer[2] ~= ARGV[4] and consumer[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[2], ARGV[3], consumer[2]) end
          end
        end
        return {1, at}
        """;

    /// <summary>KEYS: owner. ARGV: owner.</summary>
    public const string Release = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('DEL', KEYS[1])
        """;

    /// <summary>KEYS: owner. ARGV: owner, lease in ms. Answers 1, or 0 when the lease is lost.</summary>
    public const string Renew = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        """;

    /// <summary>KEYS: events. Answers how many entries there are and the age of the oldest in ms, both by Redis's own clock.</summary>
    public const string Backlog = """
        local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
        if not oldest then return {0, 0} end
        local now = redis.call('TIME')
        local age = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) - tonumber(string.match(oldest[1], '^%d+'))
        return {redis.call('XLEN', KEYS[1]), math.max(0, age)}
        """;
}
