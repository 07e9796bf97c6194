using System.Net.Http.Json;
using FakeAi.Contracts;
using FakeAi.Contracts.Queries;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using FakeAi.ServiceDefaults.Redis;
using FakeAi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FakeAi.Collector.Tests;

/// <summary>A whole collector on a loopback port, as its Program starts it.</summary>
internal sealed class CollectorHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CollectorHost(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IEventPublisher Publisher => _app.Services.GetRequiredService<IEventPublisher>();

    public static async Task<CollectorHost> StartAsync(string? redis = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:redis", redis)]);
        builder.AddServiceDefaults("collector");
        builder.AddFakeAiRedis();
        builder.AddCollector();
        var app = builder.Build();
        app.UseInternalToken();
        app.MapServiceDefaults();
        app.MapCollector();
        await app.StartAsync();
        return new CollectorHost(app);
    }

    /// <summary>Publishes events as they stand; the envelope is the publisher's own.</summary>
    public void Publish(IEnumerable<Contracts.Events.FakeAiEvent> events)
    {
        foreach (var e in events)
        {
            Assert.True(Publisher.Publish(e.Data, e.RequestId, e.Traceparent, e.Time));
        }
    }

    public async Task<MetricsSnapshot> SnapshotAsync() =>
        (await Http.GetFromJsonAsync("/metrics/snapshot", ContractsJsonContext.Default.MetricsSnapshot))!;

    public async Task<WaterfallData> WaterfallAsync(string query = "") =>
        (await Http.GetFromJsonAsync("/waterfall/data" + query, ContractsJsonContext.Default.WaterfallData))!;

    public Task WaitForRequestsAsync(long count) =>
        Eventually.IsTrueAsync(async () => (await SnapshotAsync()).TotalRequests == count);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
