using FakeAi.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace FakeAi.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs over OTLP, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; nothing otherwise.</summary>
internal static class TelemetryExtensions
{
    /// <summary>The variable that switches the export on; Aspire sets it.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IHostApplicationBuilder builder, InstanceIdentity identity)
    {
        // Names the server span also for other listeners than the exporter.
        builder.Services.AddSingleton<IStartupFilter, ServerSpanStartupFilter>();
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointVariable]))
        {
            return;
        }

        builder.Services.AddHostedService<TelemetryExport>();
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
            logging.SetResourceBuilder(ResourceBuilder.CreateEmpty().Describe(identity));
            logging.AddOtlpExporter((OtlpExporterOptions _) => { });
        });
    }

    /// <summary>Who this process is; the environment's <c>OTEL_*</c> variables, which Aspire sets, win.</summary>
    public static ResourceBuilder Describe(this ResourceBuilder resource, InstanceIdentity identity) => resource
        .AddService(identity.Name, serviceInstanceId: identity.Instance)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
