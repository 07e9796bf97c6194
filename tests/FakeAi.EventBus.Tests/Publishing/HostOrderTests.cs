using FakeAi.Contracts.Events;
using FakeAi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace FakeAi.EventBus.Tests.Publishing;

public sealed class HostOrderTests
{
    [Fact]
    public async Task Stop_ServicesThatTellWhileTheyStop_AreHeardWhereverTheyAreRegistered()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddHostedService<TellsAtStop>();
        builder.AddEventPublisher("gateway");
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TellsAtStopToo>());
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
        Assert.Equal(new EventPublisherStats { Sent = 2 }, host.Services.GetRequiredService<IEventPublisher>().Stats);
    }

    [Fact]
    public async Task Health_OfAPublisher_TellsItsCountersAndIsReady()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.AddEventPublisher("gateway");
        using var host = builder.Build();
        await host.StartAsync();
        var publisher = host.Services.GetRequiredService<IEventPublisher>();
        publisher.Publish(new StreamProgress(1, 1), "req_1");
        await Eventually.IsTrueAsync(() => publisher.Stats.Sent == 1);
        await host.StopAsync();
        publisher.Publish(new StreamProgress(1, 1), "req_1");
        var entry = (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["events"];
        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal(
            ["adopted", "files_set_aside", "lost", "missing_batches", "queued", "refused", "resent", "sent", "spill_waiting", "spilled"],
            entry.Data.Keys.Order());
        Assert.Equal((1L, 1L), (entry.Data["sent"], entry.Data["refused"]));
    }

    private class TellsAtStop(IEventPublisher publisher) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Assert.True(publisher.Publish(new StreamProgress(1, 1), "req_1"));
            return Task.CompletedTask;
        }
    }

    private sealed class TellsAtStopToo(IEventPublisher publisher) : TellsAtStop(publisher);
}
