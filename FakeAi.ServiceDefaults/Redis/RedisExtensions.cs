using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace FakeAi.ServiceDefaults.Redis;

/// <summary>The connection to Redis.</summary>
public static class RedisExtensions
{
    /// <summary>The name of the readiness check.</summary>
    public const string HealthCheckName = "redis";

    /// <summary>
    /// Registers <see cref="IConnectionMultiplexer"/> from <c>ConnectionStrings:{connectionName}</c>
    /// (<c>host:port,password=…,ssl=true</c>). It is made when first asked for, which may take seconds while Redis is
    /// absent, and then reconnects by itself. Does nothing without a connection string.
    /// </summary>
    /// <param name="builder">The service's host.</param>
    /// <param name="connectionName">Name of the connection string.</param>
    /// <param name="required">Whether the service is not ready while Redis is away.</param>
    public static IHostApplicationBuilder AddFakeAiRedis(
        this IHostApplicationBuilder builder, string connectionName = "redis", bool required = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var connection = builder.Configuration.GetConnectionString(connectionName);
        if (string.IsNullOrWhiteSpace(connection))
        {
            return builder;
        }

        builder.Services.TryAddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(CreateOptions(connection)));
        if (required)
        {
            builder.Services.AddHealthChecks().AddCheck<RedisHealthCheck>(HealthCheckName);
        }

        return builder;
    }

    internal static ConfigurationOptions CreateOptions(string connection)
    {
        var options = ConfigurationOptions.Parse(connection, ignoreUnknown: true);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2_000;
        options.ConnectRetry = 1;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        return options;
    }
}
