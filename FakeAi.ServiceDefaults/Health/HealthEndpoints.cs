using System.Text.Json;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FakeAi.ServiceDefaults.Health;

/// <summary><c>/health</c> tells readiness by its status and details in its body; <c>/alive</c> tells that the process runs, and its pid.</summary>
public static class HealthEndpoints
{
    /// <summary>Maps both endpoints.</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapHealthChecks("/health", new HealthCheckOptions
        {
            ResponseWriter = WriteAsync,
            ResultStatusCodes =
            {
                [HealthStatus.Healthy] = StatusCodes.Status200OK,
                [HealthStatus.Degraded] = StatusCodes.Status200OK,
                [HealthStatus.Unhealthy] = StatusCodes.Status503ServiceUnavailable,
            },
        });
        endpoints.MapMethods("/alive", ["GET", "HEAD"], static async (HttpContext context) =>
        {
            var identity = context.RequestServices.GetRequiredService<InstanceIdentity>();
            context.Response.ContentType = "application/json";
            await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
            json.WriteStartObject();
            json.WriteString("status"u8, "alive"u8);
            json.WriteString("service"u8, identity.Service);
            json.WriteString("instance"u8, identity.Instance);
            json.WriteNumber("pid"u8, Environment.ProcessId);
            json.WriteEndObject();
        });
        return endpoints;
    }

    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        var identity = context.RequestServices.GetRequiredService<InstanceIdentity>();
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status"u8, report.Status == HealthStatus.Unhealthy ? "not_ready" : "ready");
        json.WriteString("service"u8, identity.Service);
        json.WriteString("instance"u8, identity.Instance);
        json.WriteStartObject("checks"u8);
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status"u8, entry.Status == HealthStatus.Unhealthy ? "not_ready" : "ready");
            if (entry.Description is not null)
            {
                json.WriteString("description"u8, entry.Description);
            }

            foreach (var (key, value) in entry.Data)
            {
                json.WritePropertyName(key);
                JsonSerializer.Serialize(json, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
