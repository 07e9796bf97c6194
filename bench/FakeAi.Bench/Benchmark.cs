namespace FakeAi.Bench;

/// <summary>One subcommand. Measures and prints; asserts nothing.</summary>
/// <param name="Name">What it is called by.</param>
/// <param name="Summary">What it measures and which arguments it takes, in one line.</param>
/// <param name="RunAsync">Runs it with its arguments and writes its tables.</param>
internal sealed record Benchmark(string Name, string Summary, Func<string[], TextWriter, CancellationToken, Task> RunAsync);
