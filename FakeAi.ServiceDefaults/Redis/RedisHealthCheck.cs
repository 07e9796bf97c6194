using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace FakeAi.ServiceDefaults.Redis;

/// <summary>Ready when Redis answers within a second.</summary>
internal sealed class RedisHealthCheck(IServiceProvider services, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // The first resolution connects and may block: away from the caller's thread.
            var redis = await Task.Run(services.GetRequiredService<IConnectionMultiplexer>, CancellationToken.None)
                .WaitAsync(s_timeout, time, cancellationToken);
            await redis.GetDatabase().PingAsync().WaitAsync(s_timeout, time, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return HealthCheckResult.Unhealthy("Redis does not answer.");
        }
    }
}
