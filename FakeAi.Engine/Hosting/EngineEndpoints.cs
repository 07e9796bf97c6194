using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FakeAi.Engine.Hosting;

/// <summary>
/// The engine's two kinds of endpoint: those of <c>ASPNETCORE_URLS</c> speak HTTP/1.1, the one of
/// <c>FAKEAI_H2C_PORT</c> speaks HTTP/2 without TLS. Kestrel cannot serve both on one port.
/// </summary>
public static class EngineEndpoints
{
    private const string PortVariable = "FAKEAI_H2C_PORT";
    private const int MiB = 1024 * 1024;

    /// <summary>Configures Kestrel's endpoints and limits.</summary>
    /// <exception cref="InvalidOperationException">The variable is no port.</exception>
    public static void Configure(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var port = Port(builder.Configuration);
        if (port is not null)
        {
            var host = builder.Configuration.GetSection(EngineOptions.SectionName)[nameof(EngineOptions.H2cHost)] ?? new EngineOptions().H2cHost;
            builder.WebHost.UseUrls($"{Urls(builder.Configuration)};http://{host}:{port.Value.ToString(CultureInfo.InvariantCulture)}");
        }

        var bodyLimit = builder.Configuration.GetSection(EngineOptions.SectionName).GetValue(nameof(EngineOptions.MaxBodyBytes), new EngineOptions().MaxBodyBytes);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = bodyLimit;

            // The gateway keeps many streams on few connections: windows that one slow reader cannot fill for all.
            kestrel.Limits.Http2.InitialConnectionWindowSize = 16 * MiB;
            kestrel.Limits.Http2.InitialStreamWindowSize = MiB;
            kestrel.ConfigureEndpointDefaults(endpoint =>
                endpoint.Protocols = endpoint.IPEndPoint?.Port == port && port is not null ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
    }

    private static int? Port(ConfigurationManager configuration)
    {
        var text = configuration[PortVariable];
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536
            ? port
            : throw new InvalidOperationException($"{PortVariable} is '{text}'; expected a port from 1 to 65535.");
    }

    /// <summary>The http endpoints as the host would have chosen them.</summary>
    private static string Urls(ConfigurationManager configuration)
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            return urls;
        }

        var ports = configuration[WebHostDefaults.HttpPortsKey] ?? "";
        return ports.Length == 0
            ? "http://localhost:5000"
            : string.Join(';', ports.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => $"http://*:{p}"));
    }
}
