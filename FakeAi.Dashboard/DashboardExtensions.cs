using FakeAi.Dashboard.Components;
using FakeAi.Dashboard.Live;
using FakeAi.Dashboard.Security;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HostFiltering;
using Radzen;

namespace FakeAi.Dashboard;

/// <summary>The dashboard: live pages over the collector's pushes.</summary>
public static class DashboardExtensions
{
    private static readonly string[] s_localHosts = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Adds pages and the live connection. Settings: <c>AllowedHosts</c> and the section <c>Dashboard</c>.</summary>
    public static IHostApplicationBuilder AddDashboard(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<DashboardOptions>()
            .Configure<IConfiguration>(static (options, configuration) =>
            {
                options.CollectorUrl = Address(configuration, "services:collector:http:0") ?? options.CollectorUrl;
                options.GatewayUrl = Address(configuration, "services:gateway:http:0") ?? options.GatewayUrl;
            })
            .BindConfiguration(DashboardOptions.SectionName)
            .ValidateDataAnnotations()
            .Validate(static o => IsHttp(o.CollectorUrl) && IsHttp(o.GatewayUrl), "CollectorUrl and GatewayUrl must be absolute http or https addresses.")
            .Validate(static o => o.ReconnectDelay <= o.MaxReconnectDelay, "ReconnectDelay must not exceed MaxReconnectDelay.")
            .ValidateOnStart();
        services.AddOptions<HostFilteringOptions>().Configure<IConfiguration>(static (options, configuration) =>
        {
            // Against DNS rebinding: without a list of one's own only this machine's names are answered.
            if (string.IsNullOrWhiteSpace(configuration["AllowedHosts"]))
            {
                options.AllowedHosts = s_localHosts;
            }
        });

        // Circuits end with the process, so nothing encrypted needs to outlive it.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();

        // It warns of keys that lie unencrypted; these never leave the memory.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        services.AddAntiforgery(static antiforgery => antiforgery.SuppressXFrameOptionsHeader = true);
        services.AddSingleton<LiveStore>();
        services.AddSingleton<CollectorHub>();
        services.AddHostedService<LiveConnection>();
        services.AddScoped<BrowserClock>();
        services.AddScoped<DialogService>();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.Configure<CircuitOptions>(static circuits =>
        {
            // A page rebuilds itself from the store and its address: nothing is worth keeping for long.
            circuits.DisconnectedCircuitMaxRetained = 10;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromSeconds(30);
        });
        return builder;
    }

    /// <summary>Maps pages and assets.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<SecurityHeadersMiddleware>();
        app.UseMiddleware<SameOriginMiddleware>();
        app.UseStatusCodePagesWithReExecute("/not-found");
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(static server => server.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }

    private static bool IsHttp(Uri? uri) =>
        uri is { IsAbsoluteUri: true } && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    private static Uri? Address(IConfiguration configuration, string key) =>
        configuration[key] is { Length: > 0 } text && Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
}
