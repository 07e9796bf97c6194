using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FakeAi.AppHost.Setup;

/// <summary>What may be chosen about the topology. Section <c>FakeAi</c>.</summary>
/// <param name="GatewayPort">Port of the gateway; null means any free one (configured as 0).</param>
/// <param name="DashboardPort">Port of the dashboard; null means any free one (configured as 0).</param>
/// <param name="Engines">How many engines run, 1 to 64.</param>
/// <param name="Seed">The server's seed.</param>
internal sealed record AppHostSettings(int? GatewayPort, int? DashboardPort, int Engines, string Seed)
{
    /// <summary>Reads the settings; <paramref name="problem"/> tells in one line what is wrong with them.</summary>
    public static bool TryRead(IConfiguration configuration, out AppHostSettings settings, out string problem)
    {
        var wrong = new List<string>();
        var gateway = Number("FakeAi:GatewayPort", 8000, 0, 65535);
        var dashboard = Number("FakeAi:DashboardPort", 8080, 0, 65535);
        var engines = Number("FakeAi:Engines", 1, 1, 64);
        if (gateway == dashboard && gateway != 0)
        {
            wrong.Add($"FakeAi:GatewayPort and FakeAi:DashboardPort are both {gateway}");
        }

        settings = new AppHostSettings(NullIfZero(gateway), NullIfZero(dashboard), engines, configuration["FakeAi:Seed"] ?? "42");
        problem = string.Join("; ", wrong);
        return wrong.Count == 0;

        int Number(string key, int fallback, int min, int max)
        {
            var text = configuration[key];
            if (string.IsNullOrEmpty(text))
            {
                return fallback;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            {
                return value;
            }

            wrong.Add($"{key} is '{text}', but must be a whole number from {min} to {max}");
            return fallback;
        }
    }

    private static int? NullIfZero(int port) => port == 0 ? null : port;
}
