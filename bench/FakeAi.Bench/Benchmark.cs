namespace FakeAi.Bench;

/// <summary>One subcommand. Measures and prints; asserts nothing.</summary>
/// <param name="Name">What it is called by.</param>
/// <param name="Summary">What it measures, in one line.</param>
/// <param name="RunAsync">Runs it and writes its table.</param>
internal sealed record Benchmark(string Name, string Summary, Func<TextWriter, CancellationToken, Task> RunAsync);
