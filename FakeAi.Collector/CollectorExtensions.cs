using FakeAi.Collector.Admin;
using FakeAi.Collector.Errors;
using FakeAi.Collector.Http;
using FakeAi.Collector.Ingest;
using FakeAi.Collector.Instances;
using FakeAi.Collector.Live;
using FakeAi.Collector.Metrics;
using FakeAi.Collector.Sources;
using FakeAi.Collector.State;
using FakeAi.Collector.Waterfall;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Live;
using FakeAi.EventBus;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FakeAi.Collector;

/// <summary>The collector as a library: events in, state and queries out.</summary>
public static class CollectorExtensions
{
    private const string Service = "collector";

    /// <summary>Adds the consumer, the projections, the queries' state and the live feed.</summary>
    public static IHostApplicationBuilder AddCollector(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddEventPublisher(Service);
        builder.AddEventConsumer<CollectorHandler>(Service);

        var services = builder.Services;
        services.TryAddSingleton(ModelCatalogue.Default);
        services.TryAddEnumerable([
            ServiceDescriptor.Singleton<IProjection, WaterfallProjection>(),
            ServiceDescriptor.Singleton<IProjection, MetricsProjection>(),
            ServiceDescriptor.Singleton<IProjection, ErrorsProjection>(),
            ServiceDescriptor.Singleton<IProjection, InstancesProjection>(),
        ]);
        services.AddOptions<CollectorOptions>().BindConfiguration(CollectorOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SourceSilence>().AddSingleton<LostSources>().AddHostedService<HeartbeatWatch>();
        services.AddHealthChecks().AddCheck<ConsumerHealthCheck>("events-consumer");
        services.AddSink<MetricsStore>().AddSink<WaterfallStore>().AddSink<ErrorStore>().AddSink<InstanceStore>();
        services.AddSingleton<StateReplica>().AddSingleton<SnapshotBuilder>();
        services.AddSingleton<LiveTail>().AddSingleton<LiveSubscribers>().AddSingleton<LiveFeed>();
        services.AddHostedService(static provider => provider.GetRequiredService<LiveFeed>());
        services.AddSignalR().AddJsonProtocol(static options =>
            options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, LiveJsonContext.Default));
        return builder;
    }

    /// <summary>Maps the queries, the reset and the hub.</summary>
    public static IEndpointRouteBuilder MapCollector(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var queries = endpoints.MapGroup("").AddEndpointFilter(ErrorAnswers.WhenUnavailableAsync);
        queries.MapMetrics();
        queries.MapWaterfall();
        queries.MapErrors();
        queries.MapReset();
        endpoints.MapHub<LiveHub>(LiveHubMethods.Path, static options => options.Transports = HttpTransportType.WebSockets);
        return endpoints;
    }

    private static IServiceCollection AddSink<TSink>(this IServiceCollection services)
        where TSink : class, IDocumentSink =>
        services.AddSingleton<TSink>().AddSingleton<IDocumentSink>(static provider => provider.GetRequiredService<TSink>());
}
