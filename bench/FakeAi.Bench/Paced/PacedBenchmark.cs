using System.Globalization;
using System.Runtime.InteropServices;

namespace FakeAi.Bench.Paced;

/// <summary>Paced streams through gateway and engine, through an engine alone and from the bare server, in turns.</summary>
internal sealed class PacedBenchmark
{
    private static readonly int[] s_streams = [1, 100, 500, 1_000];
    private const int ProbeApartMs = 5;
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(2);

    private readonly BenchSystem _system;
    private readonly TextWriter _output;
    private readonly int _rounds;
    private readonly int _seconds;

    private PacedBenchmark(BenchSystem system, TextWriter output, int rounds, int seconds)
    {
        _system = system;
        _output = output;
        _rounds = rounds;
        _seconds = seconds;
    }

    public static async Task RunAsync(string[] args, TextWriter output, CancellationToken stop)
    {
        int Option(string name, int usual) => args.FirstOrDefault(a => a.StartsWith(name + "=", StringComparison.Ordinal)) is { } given
            ? int.Parse(given.AsSpan(name.Length + 1), CultureInfo.InvariantCulture)
            : usual;
        await using var system = new BenchSystem();
        await system.StartAsync(stop);
        var benchmark = new PacedBenchmark(system, output, Option("rounds", 3), Option("seconds", 8));
        await output.WriteLineAsync(
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC; "
            + $"exact {StreamSample.ExactMs:N0} ms; median (lowest to highest) of {benchmark._rounds} rounds of {benchmark._seconds} s\n");
        await benchmark.WarmAsync(stop);
        await benchmark.DurationsAsync(Option("streams", 0) is > 0 and var only ? [only] : s_streams, stop);
        await benchmark.GapsAsync(Option("probes", 200), ProbeApartMs, stop);
        await benchmark.GapsAsync(Option("burst", 500), 0, stop);
        if (Option("idle", 5_000) is > 0 and var idle)
        {
            await IdleStreams.MeasureAsync(output, system.Sample, idle, stop);
        }
    }

    /// <summary>What is measured, and its CPU time: of the server that clients call, and of the engine behind it.</summary>
    private IEnumerable<(string Name, Uri Address, Func<(TimeSpan Server, TimeSpan Behind)> Cpu)> Targets() =>
    [
        ("bare Kestrel", _system.Bare.Address, () => (_system.Bare.CpuTime, default)),
        ("engine alone", _system.Alone.Address, () => (_system.Alone.CpuTime, default)),
        ("gateway + engine", _system.Gateway.Address, () => (_system.Gateway.CpuTime, _system.Engine.CpuTime)),
    ];

    private async Task WarmAsync(CancellationToken stop)
    {
        foreach (var (_, address, _) in Targets())
        {
            await Wrk.RunAsync("bench/paced.lua", 200, 6, address, stop);
        }
    }

    private async Task DurationsAsync(int[] counts, CancellationToken stop)
    {
        await _output.WriteLineAsync("| streams | server | p50, ms | p99, ms | p50 and p99 against exact | CPU per chunk, µs | of the engine behind, µs | errors |\n|---|---|---|---|---|---|---|---|");
        foreach (var count in counts)
        {
            var found = Targets().ToDictionary(t => t.Name, _ => new List<(WrkResult Result, double ServerUs, double BehindUs)>(), StringComparer.Ordinal);
            for (var round = 0; round < _rounds; round++)
            {
                foreach (var (name, address, cpu) in Targets())
                {
                    await Task.Delay(s_calm, stop);
                    var before = cpu();
                    var result = await Wrk.RunAsync("bench/paced.lua", count, _seconds, address, stop);

                    // What was under way at wrk's end cost CPU too: count chunks by time, not by whole answers.
                    var chunks = Math.Max(1, count * (_seconds * 1000.0 / result.P50Ms) * StreamSample.Tokens);
                    var (server, behind) = cpu();
                    found[name].Add((result, (server - before.Server).TotalMicroseconds / chunks, (behind - before.Behind).TotalMicroseconds / chunks));
                }
            }

            foreach (var (name, runs) in found)
            {
                var p50 = Spread.Of(runs.Select(r => r.Result.P50Ms));
                var p99 = Spread.Of(runs.Select(r => r.Result.P99Ms));
                await _output.WriteLineAsync(
                    $"| {count:N0} | {name} | {p50.Tell("N1")} | {p99.Tell("N1")} | {Over(p50)} / {Over(p99)} | {Spread.Of(runs.Select(r => r.ServerUs)).Tell("N1")} | {Spread.Of(runs.Select(r => r.BehindUs)).Tell("N1")} | {runs.Sum(r => r.Result.Errors)} |");
            }
        }

        static string Over(Spread ms) => string.Create(CultureInfo.InvariantCulture, $"{(ms.Median / StreamSample.ExactMs - 1) * 100:+0.0;-0.0} %");
    }

    private async Task GapsAsync(int streams, int apartMs, CancellationToken stop)
    {
        await _output.WriteLineAsync(
            $"\n| {streams} streams, {(apartMs == 0 ? "all at once" : $"{apartMs} ms apart")}, server | ITL error p50, ms | p99, ms | max, ms | TTFT error p50, ms | p99, ms | last chunk late p50, ms | p99, ms |\n|---|---|---|---|---|---|---|---|");
        foreach (var (name, address, _) in Targets())
        {
            var runs = new List<GapResult>();
            for (var round = 0; round < _rounds; round++)
            {
                await Task.Delay(s_calm, stop);
                runs.Add(StreamProbe.Run(address, streams, apartMs, stop));
            }

            string Tell(Func<GapResult, double> of) => Spread.Of(runs.Select(of)).Tell("0.00");
            await _output.WriteLineAsync($"| {name} | {Tell(r => r.P50)} | {Tell(r => r.P99)} | {Tell(r => r.Max)} | {Tell(r => r.TtftP50)} | {Tell(r => r.TtftP99)} | {Tell(r => r.EndP50)} | {Tell(r => r.EndP99)} |");
        }
    }
}
