using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using FakeAi.EventBus;
using FakeAi.EventBus.Consuming;
using FakeAi.TestKit;
using FakeAi.TestKit.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FakeAi.Bench.Events;

/// <summary>Measures the event log over a redis-server of its own, with the collector's own projections.</summary>
internal sealed class EventsBenchmark : IAsyncDisposable
{
    private const int Requests = 40_000;
    private const int RequestsPerSecond = 1_000;
    private const string Token = "token-of-the-benchmark";
    private static readonly TimeSpan s_lagPeriod = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_beforeKill = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_current = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(90);

    private readonly string _home = Directory.CreateTempSubdirectory("fakeai-bench-").FullName;
    private readonly RedisProcess _redis = RedisProcess.Reserve();
    private readonly TextWriter _output;
    private readonly CancellationToken _stop;
    private RedisMeter _meter = null!;
    private IHost _publisher = null!;
    private int _round;

    private EventsBenchmark(TextWriter output, CancellationToken stop)
    {
        _output = output;
        _stop = stop;
    }

    private IEventPublisher Publisher => _publisher.Services.GetRequiredService<IEventPublisher>();

    public static async Task RunAsync(TextWriter output, CancellationToken stop)
    {
        await using var benchmark = new EventsBenchmark(output, stop);
        await benchmark.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_publisher is not null)
        {
            await _publisher.StopAsync(CancellationToken.None);
            _publisher.Dispose();
        }

        _meter?.Dispose();
        await _redis.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task RunAsync()
    {
        await _redis.StartAsync();
        _meter = await RedisMeter.OpenAsync(_redis.ConnectionString);
        _publisher = Hosts.Publisher(_redis.ConnectionString, _home);
        await _publisher.StartAsync(_stop);
        await _output.WriteLineAsync(
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC\n");
        await _output.WriteLineAsync("| what | figure |\n|---|---|");

        // What is compiled and grown at first use shall not count.
        await PublishAsync(Requests / 4, told: false);
        await ApplyAsync(told: false);
        await PublishAsync(Requests, told: true);
        await ApplyAsync(told: true);
        await LagAsync();
        await KillAsync(standby: true);
        await KillAsync(standby: false);
    }

    private async Task PublishAsync(int requests, bool told)
    {
        var ids = NewIds(requests);
        var events = requests * ChatEvents.PerRequest;
        var sent = Publisher.Stats.Sent;
        var cpu = await _meter.CpuAsync();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        foreach (var id in ids)
        {
            ChatEvents.Publish(Publisher, id);
        }

        await UntilAsync(() => Task.FromResult(Publisher.Stats.Sent - sent >= events));
        var elapsed = watch.Elapsed;
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        cpu = await _meter.CpuAsync() - cpu;
        if (told)
        {
            await TellAsync($"published, {events:N0} events", $"{events / elapsed.TotalSeconds:N0} /s");
            await TellAsync("Redis CPU per event published", $"{cpu.TotalMicroseconds / events:F1} µs");
            await TellAsync("allocated per event published", $"{bytes / events:N0} bytes");
        }
    }

    private async Task ApplyAsync(bool told)
    {
        var events = await _meter.BacklogAsync();
        var cpu = await _meter.CpuAsync();
        using var collector = Hosts.Collector(_redis.ConnectionString, _home);
        var watch = Stopwatch.StartNew();
        await collector.StartAsync(_stop);
        var counters = collector.Services.GetRequiredService<ConsumerCounters>();
        await UntilAsync(() => Task.FromResult(counters.AppliedEvents >= events));
        var elapsed = watch.Elapsed;
        cpu = await _meter.CpuAsync() - cpu;
        await collector.StopAsync(_stop);
        if (told)
        {
            await TellAsync($"applied, {events:N0} events waiting", $"{events / elapsed.TotalSeconds:N0} /s");
            await TellAsync("Redis CPU per event applied", $"{cpu.TotalMicroseconds / events:F1} µs");
        }
    }

    private async Task LagAsync()
    {
        using var collector = Hosts.Collector(_redis.ConnectionString, _home);
        await collector.StartAsync(_stop);
        await PaceAsync(TimeSpan.FromSeconds(2), _stop);
        var recorder = collector.Services.GetRequiredService<LagRecorder>();
        recorder.Clear();
        var cpu = await _meter.CpuAsync();
        await PaceAsync(s_lagPeriod, _stop);
        cpu = await _meter.CpuAsync() - cpu;
        await UntilAsync(async () => await _meter.BacklogAsync() == 0);
        var (p50, p99, max, count) = recorder.Read();
        await collector.StopAsync(_stop);
        await TellAsync($"published to applied, at {Rate} for {s_lagPeriod.TotalSeconds:F0} s", $"p50 {p50:F1} ms, p99 {p99:F1} ms, max {max:F0} ms ({count:N0} events)");
        await TellAsync("Redis CPU meanwhile, per event published and applied", $"{cpu.TotalMicroseconds / count:F1} µs");
    }

    private static string Rate => $"{RequestsPerSecond * ChatEvents.PerRequest:N0} events/s";

    /// <summary>With collectors as processes: how long after one is killed no event waits for longer than usual any more.</summary>
    private async Task KillAsync(bool standby)
    {
        await using var first = NewCollector(0);
        await using var second = NewCollector(1);
        await first.StartAsync();
        await first.WaitUntilReadyAsync(_stop);
        if (standby)
        {
            await second.StartAsync();
            await second.WaitUntilReadyAsync(_stop);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        var pacing = PaceAsync(s_longest, enough.Token);
        await Task.Delay(s_warm, _stop);
        var (usual, _) = await WatchAsync(s_beforeKill);
        var watch = Stopwatch.StartNew();
        await first.KillAsync();
        if (!standby)
        {
            await first.StartAsync();
        }

        var (worst, caughtUp) = await WatchAsync(null);
        caughtUp = caughtUp > TimeSpan.Zero ? watch.Elapsed - s_calm : TimeSpan.Zero;
        await enough.CancelAsync();
        await pacing;
        await UntilAsync(async () => await _meter.OldestAsync() < s_current);
        await TellAsync(
            $"collector killed at {Rate}, {(standby ? "another stands by" : "alone and started again")}: caught up after",
            $"{caughtUp.TotalSeconds:F1} s (oldest event waited {worst.TotalSeconds:F1} s at most; {usual.TotalSeconds:F2} s before the kill)");
    }

    /// <summary>
    /// Watches how long the oldest event has waited: for a period, or until that has been short for a while.
    /// Gives the longest wait, and when it was last too long.
    /// </summary>
    private async Task<(TimeSpan Worst, TimeSpan Last)> WatchAsync(TimeSpan? period)
    {
        var (worst, last) = (TimeSpan.Zero, TimeSpan.Zero);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < (period ?? last + s_calm))
        {
            var oldest = await _meter.OldestAsync();
            worst = oldest > worst ? oldest : worst;
            last = oldest >= s_current ? watch.Elapsed : last;
            if (watch.Elapsed > s_longest)
            {
                throw new TimeoutException($"Not caught up within {s_longest}.");
            }

            await Task.Delay(20, _stop);
        }

        return (worst, last);
    }

    private async Task PaceAsync(TimeSpan period, CancellationToken stop)
    {
        var ids = NewIds((int)(period.TotalSeconds * RequestsPerSecond));
        var watch = Stopwatch.StartNew();
        var next = 0;
        while (next < ids.Length && !stop.IsCancellationRequested)
        {
            for (var due = Math.Min(ids.Length, (int)(watch.Elapsed.TotalSeconds * RequestsPerSecond)); next < due; next++)
            {
                ChatEvents.Publish(Publisher, ids[next]);
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }

    private ServiceProcess NewCollector(int number) => new(
        string.Create(CultureInfo.InvariantCulture, $"collector-{number}"),
        typeof(EventsBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Collector").Value!,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__redis"] = _redis.ConnectionString, ["FAKEAI_HOME"] = _home, ["FakeAi__InternalToken"] = Token,
        });

    private string[] NewIds(int count) => ChatEvents.NewIds(count, string.Create(CultureInfo.InvariantCulture, $"{++_round:x8}"));

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > s_longest)
            {
                throw new TimeoutException($"Not within {s_longest}.");
            }

            await Task.Delay(1, _stop);
        }
    }

    private Task TellAsync(string what, FormattableString figure) =>
        _output.WriteLineAsync($"| {what} | {FormattableString.Invariant(figure)} |");
}
