using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Live;
using FakeAi.Gateway.Admin;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.CollectorProxy;
using FakeAi.Gateway.Edge;
using FakeAi.Gateway.KvCache;
using FakeAi.Gateway.Models;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Providers;
using FakeAi.Gateway.Realtime;
using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Resources;
using FakeAi.Gateway.Streams;
using FakeAi.Gateway.Upstreams;
using FakeAi.Gateway.Upstreams.Links;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway;

/// <summary>Composes the gateway.</summary>
public static class GatewayExtensions
{
    /// <summary>Adds the edge: keys, routes, engines, the way to the collector.</summary>
    public static IHostApplicationBuilder AddGateway(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.AddOptions<EnginesOptions>()
            .Configure<IConfiguration>(static (options, configuration) => configuration.GetSection(EnginesOptions.SectionName).Bind(options.Engines))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<EnginesOptions>, EnginesOptionsValidator>();

        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, EdgeLimits>();
        services.AddSingleton<HostAllowList>();
        services.AddSingleton<ApiKeyRing>();
        services.AddHostedService<OpenModeGuard>();

        services.TryAddSingleton(ModelCatalogue.Default);
        services.AddSingleton<ModelsEndpoints>();
        services.AddSingleton<RequestBodyReader>();
        services.AddSingleton<GenerationEndpoint>();
        services.AddSingleton<StreamsEndpoint>();
        services.AddProviders();
        services.AddSingleton<RealtimeEndpoint>();

        services.AddSingleton<EnginePool>();
        services.AddHostedService<EngineLinks>();
        services.AddSingleton<EngineDialer>();
        services.AddSingleton<EngineForwarder>();
        services.AddSingleton<EnginesHealthCheck>();
        services.AddHealthChecks().AddCheck<EnginesHealthCheck>("engines");

        services.AddSingleton<KvCacheEndpoint>();
        services.AddSingleton<FastMode>();
        services.AddSingleton<AdminKeyFilter>();
        services.AddSingleton<AdminEndpoints>();
        services.AddSingleton<StreamAdminEndpoints>();
        services.AddSingleton<CollectorAddress>();
        services.AddSingleton<CollectorForwarder>();
        services.AddSingleton<CollectorSockets>();
        builder.AddResources();
        return builder;
    }

    /// <summary>Maps the provider's API, the admin routes and the collector's.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<RequestMiddleware>();
        app.UseMiddleware<HostMiddleware>();
        app.UseMiddleware<ApiKeyMiddleware>();
        app.UseMiddleware<UnmatchedRouteMiddleware>();
        app.UseWebSockets();
        app.UseRouting();

        var services = app.Services;
        var generation = services.GetRequiredService<GenerationEndpoint>();
        foreach (var route in (string[])
            [
                GenerationEndpoint.ChatCompletions, GenerationEndpoint.Completions, GenerationEndpoint.Speech, GenerationEndpoint.Images,
                GenerationEndpoint.Embeddings, GenerationEndpoint.Moderations,
            ])
        {
            app.MapPost(route, generation.For(route));
        }

        app.MapProviders();
        app.MapPost(StreamsEndpoint.Route, services.GetRequiredService<StreamsEndpoint>().HandleAsync);

        app.MapResources();
        app.MapGet(RealtimeEndpoint.Route, services.GetRequiredService<RealtimeEndpoint>().HandleAsync);

        var admin = services.GetRequiredService<AdminEndpoints>();
        app.MapPost("/admin/reset", admin.ResetAsync);
        app.MapGet("/admin/fast-mode", admin.GetFastModeAsync);
        app.MapPost("/admin/fast-mode", admin.SetFastModeAsync);

        services.GetRequiredService<StreamAdminEndpoints>().Map(app);

        var collector = services.GetRequiredService<CollectorForwarder>();
        foreach (var route in (string[])["/metrics/{**rest}", "/waterfall/{**rest}", "/errors"])
        {
            app.MapGet(route, collector.ForwardAsync);
        }

        app.MapGet(KvCacheEndpoint.Route, services.GetRequiredService<KvCacheEndpoint>().GetAsync);
        app.MapGet(LiveHubMethods.Path, services.GetRequiredService<CollectorSockets>().RelayAsync);
        return app;
    }
}
