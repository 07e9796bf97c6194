using FakeAi.Engine.Generation.Scripted;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Tests.Generation.Scripted;

public sealed class ScriptReloadTests
{
    [Fact]
    public async Task BrokenFile_AfterTheStart_IsToldOnceAndKeepsTheRules()
    {
        var folder = Directory.CreateTempSubdirectory("fakeai-scripts");
        try
        {
            var file = Path.Combine(folder.FullName, "a.yaml");
            await File.WriteAllTextAsync(file, "rules: [ { reply: one } ]", TestContext.Current.CancellationToken);
            var (book, time, log) = (new ScriptBook(), new ManualTimeProvider(), new ErrorLog());
            using var reload = new ScriptReload(book, Options.Create(new EngineOptions { Scripts = folder.FullName }), time, log);
            await reload.StartAsync(TestContext.Current.CancellationToken);
            var first = Assert.Single(book.Rules);

            await File.WriteAllTextAsync(file, "rules: [ { answer: one } ]", TestContext.Current.CancellationToken);
            await PassAsync(time, () => log.Errors.Count > 0);
            Assert.Contains("a.yaml(1): rules[0].answer: unknown field", log.Errors[0], StringComparison.Ordinal);
            Assert.Same(first, Assert.Single(book.Rules));

            File.Delete(file);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "b.json"), """{"rules":[{"reply":"x"},{"reply":"y"}]}""", TestContext.Current.CancellationToken);
            await PassAsync(time, () => book.Rules.Count == 2);
            Assert.Single(log.Errors);
            await reload.StopAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task PassAsync(ManualTimeProvider time, Func<bool> until) => Eventually.IsTrueAsync(() =>
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return until();
    });

    private sealed class ErrorLog : ILogger<ScriptReload>
    {
        private readonly List<string> _errors = [];

        public IReadOnlyList<string> Errors
        {
            get
            {
                lock (_errors)
                {
                    return [.. _errors];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
            {
                lock (_errors)
                {
                    _errors.Add(formatter(state, exception));
                }
            }
        }
    }
}
