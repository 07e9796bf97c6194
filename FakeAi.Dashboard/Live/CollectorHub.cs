using System.Net;
using System.Text.Json;
using FakeAi.Contracts;
using FakeAi.Contracts.Live;
using FakeAi.Contracts.Wire;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Options;

namespace FakeAi.Dashboard.Live;

/// <summary>Makes connections to the collector's hub. They do not log: <see cref="LiveConnection"/> tells what matters.</summary>
internal sealed class CollectorHub(IOptions<DashboardOptions> options, IOptions<InstallationOptions> installation)
{
    /// <summary>Where the hub is, as a WebSocket address.</summary>
    public Uri Address { get; } = WebSocketAddress(options.Value.CollectorUrl);

    /// <summary>A new connection, not yet started. It does not reconnect by itself.</summary>
    public HubConnection Create()
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(Address));
        builder.Services.AddSingleton<IConnectionFactory>(new WebSocketConnectionFactory(socket =>
        {
            if (installation.Value.InternalToken is { Length: > 0 } token)
            {
                socket.SetRequestHeader(InternalHeaders.Token, token);
            }
        }));
        builder.AddJsonProtocol(json => json.PayloadSerializerOptions = new JsonSerializerOptions(ContractsJsonContext.Default.Options));
        return builder.Build();
    }

    private static Uri WebSocketAddress(Uri collector) => new UriBuilder(collector)
    {
        Scheme = collector.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
        Path = collector.AbsolutePath.TrimEnd('/') + LiveHubMethods.Path,
    }.Uri;
}
