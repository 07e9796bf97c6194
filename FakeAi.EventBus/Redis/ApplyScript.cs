namespace FakeAi.EventBus.Redis;

/// <summary>
/// The whole effect of a batch in one step. Under the lease and on the expected version, every entry is still pending
/// for this owner: only an owner makes entries pending or finishes them, each finish moves the version, and a new owner
/// has a new token. So comparing two values says what asking for each entry would.
/// </summary>
/// <remarks>
/// Nothing is changed before everything is known to work: the kinds of all keys are looked at first. What cannot be known
/// cheaply, whether a field is a number that has room, is tried: increments come first and are taken back if one fails.
/// </remarks>
internal static class ApplyScript
{
    /// <summary>
    /// KEYS: owner, version, events, dead, live, dirty. ARGV: owner, lease in ms, expected version, group, state prefix,
    /// number of entries, their ids, number of dead ones, for each id, payload and reason; then the operations, each a
    /// letter, a name and its arguments. Answers 0 and the version for another version or when an older entry is pending, 1 and
    /// the new version, or 2 without lease.
    /// </summary>
    public const string Text = """
        local kinds = {'string', 'string', 'stream', 'stream', 'stream', 'zset'}
        for i, key in ipairs(KEYS) do
          local kind = redis.call('TYPE', key).ok
          if kind ~= kinds[i] and kind ~= 'none' then return redis.error_reply('FOREIGN ' .. key .. ' is a ' .. kind) end
        end
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {2, 0} end
        local version = redis.call('GET', KEYS[2]) or '0'
        if not tonumber(version) then return redis.error_reply('FOREIGN ' .. KEYS[2] .. ' is not a number') end
        -- A first write that needs no memory: with it Redis lets a script go on at maxmemory, which this one relieves.
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        if version ~= ARGV[3] then return {0, tonumber(version)} end
        local group, prefix = ARGV[4], ARGV[5]
        local at = 6
        local function take() at = at + 1 return ARGV[at - 1] end
        local entries = tonumber(take())
        local first = at
        at = at + entries
        if entries > 0 and redis.call('XPENDING', KEYS[3], group)[2] ~= ARGV[first] then return {0, tonumber(version)} end
        local dead = tonumber(take())
        local letters = at
        local ops = at + dead * 3

        local seen = {}
        local function refusal(name, kind)
          if seen[name] == kind then return nil end
          seen[name] = kind
          local found = redis.call('TYPE', prefix .. name).ok
          if found ~= kind and found ~= 'none' then return redis.error_reply('WRONGTYPE ' .. name .. ' is a ' .. found) end
        end
        at = ops
        while at <= #ARGV do
          local op, name = ARGV[at], ARGV[at + 1]
          at = at + 2
          local wrong
          if op == 'I' or op == 'S' then
            wrong = refusal(name, 'hash')
            at = at + 1 + 2 * tonumber(ARGV[at])
          elseif op == 'U' then
            wrong = refusal(name, 'hash')
            at = at + 1 + tonumber(ARGV[at])
          elseif op == 'A' or op == 'T' or op == 'B' then
            wrong = refusal(name, 'zset')
            at = at + 2
          elseif op == 'R' then
            wrong = refusal(name, 'zset')
            at = at + 1
          elseif op == 'E' or op == 'C' then
            at = at + 1
          end
          if wrong then return wrong end
        end

        local touched = {}
        at = ops
        while ARGV[at] == 'I' do
          local name = ARGV[at + 1]
          local key = prefix .. name
          local last = at + 2 + 2 * tonumber(ARGV[at + 2])
          for i = at + 3, last, 2 do
            local done = redis.pcall('HINCRBY', key, ARGV[i], ARGV[i + 1])
            if type(done) == 'table' then
              local stop = i
              at = ops
              while at < stop do
                key = prefix .. ARGV[at + 1]
                last = at + 2 + 2 * tonumber(ARGV[at + 2])
                for j = at + 3, math.min(last, stop - 1), 2 do
                  local by = ARGV[j + 1]
                  by = string.sub(by, 1, 1) == '-' and string.sub(by, 2) or '-' .. by
                  if redis.call('HINCRBY', key, ARGV[j], by) == 0 then redis.call('HDEL', key, ARGV[j]) end
                end
                at = last + 1
              end
              return done
            end
          end
          touched[name] = true
          at = last + 1
        end

        for i = letters, ops - 1, 3 do
          redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'id', ARGV[i], 'e', ARGV[i + 1], 'reason', ARGV[i + 2])
        end
        local function chunks(count, width, call)
          while count > 0 do
            local m = math.min(count, 500)
            call(at, at + m * width - 1)
            at = at + m * width
            count = count - m
          end
        end
        local function drop(name)
          redis.call('UNLINK', prefix .. name)
          redis.call('ZREM', KEYS[6], name)
          touched[name] = nil
        end
        local function trim(index, members, documents)
          for _, member in ipairs(members) do
            redis.call('ZREM', index, member)
            drop(documents .. member)
          end
        end
        while at <= #ARGV do
          local op = take()
          local name = take()
          local key = prefix .. name
          if op == 'S' then
            chunks(tonumber(take()), 2, function(i, j) redis.call('HSET', key, unpack(ARGV, i, j)) end)
            touched[name] = true
          elseif op == 'U' then
            chunks(tonumber(take()), 1, function(i, j) redis.call('HDEL', key, unpack(ARGV, i, j)) end)
            touched[name] = true
          elseif op == 'D' then
            drop(name)
          elseif op == 'C' then
            drop(name)
            redis.call('HSET', key, '~', '1')
            redis.call('EXPIRE', key, take())
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
            redis.call('XADD', KEYS[5], 'MAXLEN', '~', 10000, '*', 'p', name)
          end
        end
        local new = redis.call('INCR', KEYS[2])
        for name in pairs(touched) do redis.call('ZADD', KEYS[6], new, name) end
        local last = first + entries - 1
        while first <= last do
          local to = math.min(last, first + 499)
          redis.call('XACK', KEYS[3], group, unpack(ARGV, first, to))
          redis.call('XDEL', KEYS[3], unpack(ARGV, first, to))
          first = to + 1
        end
        return {1, new}
        """;
}
