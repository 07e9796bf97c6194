using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FakeAi.ServiceDefaults.Telemetry;

/// <summary>
/// Owns the OpenTelemetry SDK for the life of the host. The hosting and instrumentation packages are not needed:
/// ASP.NET Core and HttpClient bring their own activity sources and meters.
/// </summary>
internal sealed class TelemetryExport(InstanceIdentity identity, IConfiguration configuration) : IHostedLifecycleService, IDisposable
{
    private OpenTelemetrySdk? _sdk;

    // Starting comes before every StartAsync, so that nothing of the start-up is missed.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _sdk = OpenTelemetrySdk.Create(telemetry =>
        {
            telemetry.Services.AddSingleton(configuration);
            telemetry
                .ConfigureResource(resource => resource.Describe(identity))
                .WithTracing(tracing => tracing.AddSource("Microsoft.AspNetCore", "System.Net.Http", "FakeAi.*"))
                .WithMetrics(metrics => metrics.AddMeter(
                    "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "FakeAi.*"))
                .UseOtlpExporter();
        });
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        // Flushes what is left; bounded, so that an absent receiver cannot hold the stop up.
        _sdk?.TracerProvider.ForceFlush(1_000);
        _sdk?.MeterProvider.ForceFlush(1_000);
        return Task.CompletedTask;
    }

    public void Dispose() => _sdk?.Dispose();
}
