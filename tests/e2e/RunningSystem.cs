using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using FakeAi.Contracts;
using FakeAi.Contracts.Queries;
using FakeAi.E2E.Tests;
using FakeAi.TestKit;
using FakeAi.TestKit.Otlp;

[assembly: AssemblyFixture(typeof(RunningSystem))]

// One system, whose counters the tests reset and read.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace FakeAi.E2E.Tests;

/// <summary>
/// The whole system as the AppHost starts it: real processes, a real Redis, free ports, a data folder of its own, and
/// an OTLP receiver. Started once; tests reset the data before they count.
/// </summary>
public sealed class RunningSystem : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("fakeai-e2e-").FullName;
    private DistributedApplication? _app;

    public OtlpReceiver Telemetry { get; private set; } = null!;

    public Uri Gateway { get; private set; } = null!;

    public Uri Dashboard { get; private set; } = null!;

    public Uri OpenAiBase => new(Gateway, "v1");

    public string AdminKey { get; private set; } = "";

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        Telemetry = await OtlpReceiver.StartAsync(limit.Token);

        // Under Aspire the first two reach the services through its own dashboard settings; the launcher passes the others on.
        Environment.SetEnvironmentVariable("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", Telemetry.Endpoint);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", Telemetry.Endpoint);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        Environment.SetEnvironmentVariable("OTEL_BSP_SCHEDULE_DELAY", "200");

        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.FakeAi_AppHost>(
            ["FakeAi:Engines=2", $"FAKEAI_HOME={_home}"], limit.Token);
        _app = await builder.BuildAsync(limit.Token);
        await _app.StartAsync(limit.Token);
        foreach (var resource in new[] { "engine-0", "engine-1", "collector", "gateway", "dashboard" })
        {
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(resource, limit.Token);
        }

        AdminKey = (await File.ReadAllTextAsync(Path.Combine(_home, "admin.key"), limit.Token)).Trim();
        Gateway = _app.GetEndpoint("gateway", "http");
        Dashboard = _app.GetEndpoint("dashboard", "http");
        Http = new HttpClient { BaseAddress = Gateway, Timeout = TimeSpan.FromSeconds(60) };
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (Telemetry is not null)
        {
            await Telemetry.DisposeAsync();
        }

        Directory.Delete(_home, recursive: true);
    }

    /// <summary>
    /// Clears metrics, waterfall and errors by the gateway's command "Reset data". What is still on its way through the log
    /// of requests that the tests before have sent does not count afterwards.
    /// </summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        var result = await CommandAsync("reset-data", cancellationToken);
        Assert.True(result.Success, result.ErrorMessage);
    }

    /// <summary>Runs a command of the gateway resource, as a click in the Aspire dashboard does.</summary>
    public Task<ExecuteCommandResult> CommandAsync(string name, CancellationToken cancellationToken) =>
        _app!.ResourceCommands.ExecuteCommandAsync("gateway", name, cancellationToken);

    public async Task<HttpResponseMessage> AdminAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return await Http.SendAsync(request, cancellationToken);
    }

    public async Task<MetricsSnapshot> SnapshotAsync(CancellationToken cancellationToken)
    {
        using var json = await Http.GetStreamAsync(new Uri("/metrics/snapshot", UriKind.Relative), cancellationToken);
        return (await JsonSerializer.DeserializeAsync(json, ContractsJsonContext.Default.MetricsSnapshot, cancellationToken))!;
    }

    public async Task<WaterfallData> WaterfallAsync(CancellationToken cancellationToken)
    {
        using var json = await Http.GetStreamAsync(new Uri("/waterfall/data?limit=1000", UriKind.Relative), cancellationToken);
        return (await JsonSerializer.DeserializeAsync(json, ContractsJsonContext.Default.WaterfallData, cancellationToken))!;
    }

    /// <summary>Waits for the metrics to say what they should; the log is read asynchronously.</summary>
    public Task<MetricsSnapshot> SnapshotAsync(Func<MetricsSnapshot, bool> satisfies, CancellationToken cancellationToken) =>
        Eventually.GetAsync(() => SnapshotAsync(cancellationToken), satisfies);

    /// <summary>Sends one chat request; header values may be null.</summary>
    public async Task<HttpResponseMessage> ChatAsync(
        string body, CancellationToken cancellationToken, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request, completion, cancellationToken);
    }
}
