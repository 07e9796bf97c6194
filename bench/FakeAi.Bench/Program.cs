using FakeAi.Bench;
using FakeAi.Bench.Events;

Benchmark[] benchmarks = [new("events", "the event log: publish, apply, lag, take-over after a kill", EventsBenchmark.RunAsync)];

if (args.Length != 1 || Array.Find(benchmarks, b => b.Name == args[0]) is not { } chosen)
{
    Console.Error.WriteLine("usage: FakeAi.Bench BENCHMARK");
    foreach (var benchmark in benchmarks)
    {
        Console.Error.WriteLine($"  {benchmark.Name,-12} {benchmark.Summary}");
    }

    return 2;
}

using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(10));
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};
await chosen.RunAsync(Console.Out, stop.Token);
return 0;
