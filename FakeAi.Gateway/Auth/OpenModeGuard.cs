using FakeAi.Gateway.Edge;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FakeAi.Gateway.Auth;

/// <summary>
/// Says at start which mode holds. Looks once more at what was really bound: addresses given in code are not in the
/// configuration that the options' validation sees.
/// </summary>
internal sealed partial class OpenModeGuard(ApiKeyRing ring, IServer server, ILogger<OpenModeGuard> logger) : IHostedLifecycleService
{
    public static string Refusal(string address) =>
        $"Refusing to listen on {address} without keys: anybody on the network could use it. "
        + $"Listen on http://localhost or configure {GatewayOptions.SectionName}:Keys.";

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (!ring.IsOpen)
        {
            Log.Keyed(logger, addresses);
            return Task.CompletedTask;
        }

        if (BindAddresses.FirstOpen(addresses) is { } address)
        {
            throw new InvalidOperationException(Refusal(address));
        }

        Log.Open(logger, addresses);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Open mode: any API key or none is accepted, on loopback only ({Addresses}).")]
        public static partial void Open(ILogger logger, ICollection<string> addresses);

        [LoggerMessage(2, LogLevel.Information, "Keyed mode: only configured API keys are accepted ({Addresses}).")]
        public static partial void Keyed(ILogger logger, ICollection<string> addresses);
    }
}
