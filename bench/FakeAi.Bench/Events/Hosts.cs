using FakeAi.Collector;
using FakeAi.EventBus;
using FakeAi.EventBus.Consuming;
using FakeAi.ServiceDefaults.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FakeAi.Bench.Events;

/// <summary>Hosts with a service's own registrations and nothing besides: no HTTP, no log output, no heartbeat.</summary>
internal static class Hosts
{
    /// <summary>A publisher, as a gateway has it.</summary>
    public static IHost Publisher(string redis, string home)
    {
        var builder = New(redis, home);
        builder.AddEventPublisher("gateway");
        return builder.Build();
    }

    /// <summary>A whole collector; its handler notes lags.</summary>
    public static IHost Collector(string redis, string home)
    {
        var builder = New(redis, home);
        builder.AddCollector();
        var handler = builder.Services.Single(s => s.ServiceType == typeof(IEventBatchHandler));
        builder.Services.Remove(handler);
        builder.Services.AddSingleton(services => new LagRecorder(
            (IEventBatchHandler)ActivatorUtilities.CreateInstance(services, handler.ImplementationType!), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<IEventBatchHandler>(services => services.GetRequiredService<LagRecorder>());
        return builder.Build();
    }

    private static HostApplicationBuilder New(string redis, string home)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
            [KeyValuePair.Create("ConnectionStrings:redis", (string?)redis), KeyValuePair.Create("FAKEAI_HOME", (string?)home)]);
        builder.AddFakeAiRedis();
        return builder;
    }
}
