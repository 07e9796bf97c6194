using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace FakeAi.EventBus.Redis;

/// <summary>
/// Every call to Redis goes through here: bounded in time, failures told as the log's own exceptions. The connection is
/// made on first use and away from the caller's thread, since that may take a while when Redis is absent.
/// </summary>
internal sealed class RedisSession(Func<IConnectionMultiplexer> connect, IOptions<EventBusOptions> options, TimeProvider time)
{
    // Errors that tell of the server's state rather than of the command.
    private static readonly string[] s_passing =
        ["LOADING", "OOM", "READONLY", "BUSY ", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MISCONF", "NOSCRIPT", "NOGROUP", "NOAUTH", "NOREPLICAS", "MOVED", "ASK", LeaseScripts.Foreign];

    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(options.Value.CallTimeoutMs);
    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connecting;

    public async ValueTask<RedisResult> ExecuteAsync(string command, object[] args, CancellationToken cancellationToken)
    {
        var database = await GetDatabaseAsync(cancellationToken);
        return await GuardAsync(database.ExecuteAsync(command, args), cancellationToken);
    }

    public async ValueTask<RedisResult> ScriptAsync(
        string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        var database = await GetDatabaseAsync(cancellationToken);
        try
        {
            return await GuardAsync(database.ScriptEvaluateAsync(script, keys, values), cancellationToken);
        }
        catch (EventLogUnavailableException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // Redis was started anew: the client has noted that and loads the script again.
            return await GuardAsync(database.ScriptEvaluateAsync(script, keys, values), cancellationToken);
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

        return connecting.IsCompletedSuccessfully
            ? (await connecting).GetDatabase()
            : (await GuardAsync(connecting, cancellationToken)).GetDatabase();
    }

    private async ValueTask<T> GuardAsync<T>(Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(_timeout, time, cancellationToken);
        }
        catch (RedisServerException e) when (!Array.Exists(s_passing, p => e.Message.StartsWith(p, StringComparison.Ordinal)))
        {
            throw new EventLogRejectedException(e.Message, e);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new EventLogUnavailableException(FirstLine(e.Message), e);
        }
    }

    private static string FirstLine(string message) => message.Length <= 160 ? message : message[..160];
}
