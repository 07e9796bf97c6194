using FakeAi.Bench;
using FakeAi.Bench.Events;
using FakeAi.Bench.Paced;

Benchmark[] benchmarks =
[
    new("events", "the event log: publish, apply, lag, take-over after a kill", (_, output, stop) => EventsBenchmark.RunAsync(output, stop)),
    new("paced", "paced streams beside a bare Kestrel server: duration, ITL error, CPU per chunk, memory [rounds=3] [seconds=8]", PacedBenchmark.RunAsync),
    new(BareServer.Name, "the bare Kestrel server alone: PORT FILE", BareServer.RunAsync),
    new(EngineServer.Name, "an engine alone that tells its memory: PORT", EngineServer.RunAsync),
];

if (args.Length == 0 || Array.Find(benchmarks, b => b.Name == args[0]) is not { } chosen)
{
    Console.Error.WriteLine("usage: FakeAi.Bench BENCHMARK [ARGUMENTS]");
    foreach (var benchmark in benchmarks)
    {
        Console.Error.WriteLine($"  {benchmark.Name,-12} {benchmark.Summary}");
    }

    return 2;
}

using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(30));
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};
await chosen.RunAsync(args[1..], Console.Out, stop.Token);
return 0;
