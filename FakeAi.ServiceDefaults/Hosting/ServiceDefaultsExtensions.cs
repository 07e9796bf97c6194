using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Health;
using FakeAi.ServiceDefaults.Redis;
using FakeAi.ServiceDefaults.Security;
using FakeAi.ServiceDefaults.Telemetry;
using FakeAi.ServiceDefaults.Vitals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FakeAi.ServiceDefaults.Hosting;

/// <summary>What every service has: identity, options, telemetry, health endpoints, HTTP clients with timeouts.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds the defaults to a service.</summary>
    /// <param name="builder">The service's host.</param>
    /// <param name="service">The kind of service, such as <c>gateway</c>.</param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, string service)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<InstallationOptions>().BindConfiguration(InstallationOptions.SectionName).ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        var identity = InstanceIdentity.Create(service, builder.Configuration["OTEL_SERVICE_NAME"]);
        builder.Services.TryAddSingleton(identity);
        builder.Services.TryAddSingleton(new EventOrigin(service, identity.Instance));
        builder.Services.AddHealthChecks();
        builder.Services.ConfigureHttpClientDefaults(static client => client
            .ConfigureHttpClient(static http => http.Timeout = TimeSpan.FromSeconds(30))
            .UseSocketsHttpHandler(static (handler, _) =>
            {
                handler.ConnectTimeout = TimeSpan.FromSeconds(2);
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            }));
        // The launcher, like other supervisors, waits only so long before it kills.
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));

        // A thousand clients that connect at once must not wait for a retransmitted SYN; the kernel's own limit still holds.
        builder.Services.Configure<SocketTransportOptions>(static sockets => sockets.Backlog = 4096);
        builder.QuietRequestLogs();
        builder.AddTelemetry(identity);
        builder.AddFakeAiRedis(required: false);
        builder.AddVitals();
        return builder;
    }

    /// <summary>Lines for each request would cost more than the request; what goes wrong is told anyway.</summary>
    private static void QuietRequestLogs(this IHostApplicationBuilder builder)
    {
        const string Category = "Microsoft.AspNetCore";
        const string Requests = Category + ".Hosting.Diagnostics";
        if (builder.Configuration[$"Logging:LogLevel:{Category}"] is null)
        {
            builder.Logging.AddFilter(Category, LogLevel.Warning);
        }

        // While this one is on, the host makes an activity for each request even where nobody traces.
        if (builder.Configuration[$"Logging:LogLevel:{Requests}"] is null)
        {
            builder.Logging.AddFilter(Requests, LogLevel.None);
        }
    }

    /// <summary>Maps <c>/health</c> and <c>/alive</c>.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealth();
        return app;
    }

    /// <summary>Lets only the installation's own services in, health endpoints aside.</summary>
    public static WebApplication UseInternalToken(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<InternalTokenMiddleware>();
        return app;
    }
}
