using FakeAi.EventBus.Consuming;
using FakeAi.EventBus.Memory;
using FakeAi.EventBus.Publishing;
using FakeAi.EventBus.Redis;
using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace FakeAi.EventBus;

/// <summary>Registers the event log, its publisher and its consumer.</summary>
public static partial class EventBusExtensions
{
    private const string ConnectionName = "redis";

    /// <summary>Names the installation's data folder.</summary>
    private const string HomeVariable = "FAKEAI_HOME";

    /// <summary>
    /// Registers <see cref="IEventPublisher"/> for a service of the given kind. Events go to Redis where
    /// <c>ConnectionStrings:redis</c> is set (the service registers the connection), else to a log in memory.
    /// </summary>
    public static IHostApplicationBuilder AddEventPublisher(this IHostApplicationBuilder builder, string source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddEventLog(source);
        if (builder.Services.Any(s => s.ServiceType == typeof(IEventPublisher)))
        {
            return builder;
        }

        builder.Services.AddSingleton<EventPublisher>();
        builder.Services.AddSingleton<IEventPublisher>(static services => services.GetRequiredService<EventPublisher>());

        // Services stop in reverse order: first in the list, it is stopped last, and takes what the others tell while they stop.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(static services => services.GetRequiredService<EventPublisher>()));
        builder.Services.AddHostedService<SpillAdopter>();
        builder.Services.AddHealthChecks().AddCheck<EventsHealthCheck>(EventsHealthCheck.Name);
        return builder;
    }

    /// <summary>Registers a consumer of all shards that applies what the handler makes of them.</summary>
    public static IHostApplicationBuilder AddEventConsumer<THandler>(this IHostApplicationBuilder builder, string source)
        where THandler : class, IEventBatchHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddEventLog(source);
        builder.Services.TryAddSingleton<IEventBatchHandler, THandler>();
        builder.Services.TryAddSingleton<ConsumerCounters>();
        builder.Services.AddHostedService<EventConsumer>();
        return builder;
    }

    private static void AddEventLog(this IHostApplicationBuilder builder, string source)
    {
        var services = builder.Services;
        services.AddOptions<EventBusOptions>().BindConfiguration(EventBusOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new EventOrigin(source, $"{source}-{Guid.NewGuid().ToString("N")[..8]}"));
        var redis = !string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(ConnectionName));
        if (redis && builder.Configuration[HomeVariable] is { Length: > 0 } home)
        {
            services.PostConfigure<EventBusOptions>(options => options.SpillFolder ??= Path.Combine(home, "spill"));
        }

        services.TryAddSingleton<IEventLog>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<EventBusOptions>>();
            var time = provider.GetRequiredService<TimeProvider>();
            if (redis)
            {
                return new RedisEventLog(provider.GetRequiredService<IConnectionMultiplexer>, options, time);
            }

            Log.InMemory(provider.GetRequiredService<ILogger<InMemoryEventLog>>());
            return new InMemoryEventLog(options, time);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(40, LogLevel.Information, "No connection string 'redis': events stay in this process's memory.")]
        public static partial void InMemory(ILogger logger);
    }
}
