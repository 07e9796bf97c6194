using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FakeAi.ServiceDefaults.Vitals;

/// <summary>Tells this process's health every 5 seconds, first at once; its heartbeat. Idle in services that publish nothing.</summary>
internal sealed class HealthSampler(IServiceProvider services, RequestGauge gauge, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (services.GetService<IEventPublisher>() is not { } publisher)
        {
            return;
        }

        var started = time.GetTimestamp();
        var sampled = started;
        var cpu = Environment.CpuUsage.TotalTime;
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            var now = time.GetTimestamp();
            var used = Environment.CpuUsage.TotalTime;
            var elapsed = time.GetElapsedTime(sampled, now);
            var percent = elapsed > TimeSpan.Zero ? 100 * (used - cpu) / elapsed : 0;
            (sampled, cpu) = (now, used);
            var stats = publisher.Stats;
            publisher.Publish(new HealthSampled(
                Environment.ProcessId,
                Math.Round(time.GetElapsedTime(started, now).TotalSeconds, 3),
                Math.Round(percent, 1),
                Environment.WorkingSet,
                GC.GetGCMemoryInfo().HeapSizeBytes,
                gauge.Active,
                stats.Queued,
                stats.Sent,
                stats.Refused,
                stats.Resent,
                stats.Spilled,
                stats.SpillWaiting,
                stats.Lost,
                stats.Adopted));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
