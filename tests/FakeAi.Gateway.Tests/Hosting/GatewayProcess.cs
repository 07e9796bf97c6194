using FakeAi.TestKit.Processes;

namespace FakeAi.Gateway.Tests.Hosting;

/// <summary>A gateway as a process of its own, to be killed and measured.</summary>
internal static class GatewayProcess
{
    public static async Task<ServiceProcess> StartAsync(string home, string engine, params (string Key, string Value)[] settings)
    {
        var environment = settings.ToDictionary(static s => s.Key.Replace(":", "__", StringComparison.Ordinal), static s => s.Value);
        environment["FAKEAI_HOME"] = home;
        environment["Engines__0__Name"] = "engine-0";
        environment["Engines__0__H2c"] = engine;
        var process = new ServiceProcess("gateway", Path.Combine(AppContext.BaseDirectory, "FakeAi.Gateway.dll"), environment);
        try
        {
            await process.StartAsync();
            using var http = new HttpClient { BaseAddress = process.Address, Timeout = TimeSpan.FromSeconds(1) };
            await TestKit.Eventually.IsTrueAsync(async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri("/v1/models", UriKind.Relative))).IsSuccessStatusCode;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    return false;
                }
            });
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
