using FakeAi.Storage.Resources;
using StackExchange.Redis;

namespace FakeAi.Storage.Redis;

/// <summary>
/// Every call of the store to Redis: bounded in time, failures told as the store's own exception. The connection is made on
/// first use and away from the caller's thread, since that may take a while when Redis is absent.
/// </summary>
internal sealed class RedisCalls(Func<IConnectionMultiplexer> connect, TimeSpan timeout, TimeProvider time)
{
    private const int LongestReason = 160;

    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connecting;

    public async ValueTask<RedisResult> ExecuteAsync(string command, object[] args, CancellationToken cancellationToken)
    {
        var database = await GetDatabaseAsync(cancellationToken);
        return await GuardAsync(() => database.ExecuteAsync(command, args), cancellationToken);
    }

    public async ValueTask<RedisResult> ScriptAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        var database = await GetDatabaseAsync(cancellationToken);
        try
        {
            return await GuardAsync(() => database.ScriptEvaluateAsync(script, keys, values), cancellationToken);
        }
        catch (ResourceStoreUnavailableException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // Redis was started anew: the client has noted that and loads the script again.
            return await GuardAsync(() => database.ScriptEvaluateAsync(script, keys, values), cancellationToken);
        }
    }

    private async ValueTask<IDatabase> GetDatabaseAsync(CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> connecting;
        lock (_lock)
        {
            if (_connecting is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connecting = Task.Run(connect, CancellationToken.None);
            }

            connecting = _connecting;
        }

        return (await GuardAsync(() => connecting, cancellationToken)).GetDatabase();
    }

    private async ValueTask<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().WaitAsync(timeout, time, cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ResourceStoreUnavailableException(e.Message.Length <= LongestReason ? e.Message : e.Message[..LongestReason], e);
        }
    }
}
