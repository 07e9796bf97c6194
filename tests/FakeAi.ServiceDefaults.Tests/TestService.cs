using FakeAi.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FakeAi.ServiceDefaults.Tests;

/// <summary>A service with nothing but the defaults, on a free port.</summary>
internal static class TestService
{
    public static async Task<WebApplication> StartAsync(
        string name, Dictionary<string, string?> configuration, Action<WebApplication> map, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.Configuration["OTEL_SERVICE_NAME"] = name;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults("test");
        var app = builder.Build();
        map(app);
        app.MapServiceDefaults();
        await app.StartAsync(cancellationToken);
        return app;
    }
}
