using FakeAi.Contracts.Events;
using FakeAi.EventBus.Publishing;
using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using OptionsFactory = Microsoft.Extensions.Options.Options;

namespace FakeAi.EventBus.Tests.Publishing;

/// <summary>A folder for spill files, publishers and adopters over it, all gone after the test.</summary>
public abstract class PublisherTestBase : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("fakeai-spill-").FullName;
    private readonly List<IAsyncDisposable> _owned = [];

    private protected string Folder => Path.Combine(_home, "spill");

    private protected ManualTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        await StopOwnedAsync();
        Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends all publishers and adopters, as a stop of their processes would.</summary>
    private protected async Task StopOwnedAsync()
    {
        foreach (var owned in _owned)
        {
            await owned.DisposeAsync();
        }

        _owned.Clear();
    }

    private protected EventBusOptions Spilling(long memoryBytes = 32 << 20, int batchEvents = 200) =>
        new() { SpillFolder = Folder, MemoryBytes = memoryBytes, BatchEvents = batchEvents, LingerMs = 1, DrainSeconds = 1 };

    private protected EventPublisher NewPublisher(IEventLog log, EventBusOptions options, TimeProvider? time = null)
    {
        var publisher = new EventPublisher(
            log, new EventOrigin("gateway", "gateway-1"), OptionsFactory.Create(options), time ?? TimeProvider.System, NullLogger<EventPublisher>.Instance);
        _owned.Add(new Stopping(() => publisher.StopAsync(default), publisher));
        return publisher;
    }

    private protected async Task<EventPublisher> StartAsync(IEventLog log, EventBusOptions options, TimeProvider? time = null)
    {
        var publisher = NewPublisher(log, options, time);
        await publisher.StartAsync(default);
        return publisher;
    }

    /// <summary>A process that publishes nothing itself but adopts; its clock is <see cref="Clock"/>.</summary>
    private protected async Task<EventPublisher> StartAdopterAsync(IEventLog log)
    {
        var options = Spilling();
        var publisher = NewPublisher(log, options);
        var adopter = new SpillAdopter(log, publisher, OptionsFactory.Create(options), Clock, NullLogger<SpillAdopter>.Instance);
        _owned.Add(new Stopping(() => adopter.StopAsync(default), adopter));
        await adopter.StartAsync(default);
        return publisher;
    }

    /// <summary>Moves the adopters' clock until something is so.</summary>
    private protected Task AdoptUntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(() =>
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    /// <summary>Publishes events numbered from <paramref name="from"/>, each again until it is taken.</summary>
    private protected static async Task PublishAsync(EventPublisher publisher, int count, int from = 0, int requests = 50)
    {
        for (var i = from; i < from + count; i++)
        {
            while (!publisher.Publish(new StreamProgress(i, i), $"req_{i % requests}"))
            {
                await Task.Delay(1);
            }
        }
    }

    /// <summary>Each event once, and those of one request in the order in which they were published.</summary>
    private protected static void AssertAllOnceInOrder(int count, IEnumerable<FakeAiEvent> events)
    {
        var values = events.Select(e => (e.RequestId, Value: ((StreamProgress)e.Data).OutputTokens, e.Id)).ToList();
        Assert.Equal(Enumerable.Range(0, count), values.Select(v => v.Value).Order());
        Assert.Equal(count, values.Select(v => v.Id).Distinct(StringComparer.Ordinal).Count());
        foreach (var request in values.GroupBy(v => v.RequestId, StringComparer.Ordinal))
        {
            Assert.Equal(request.Select(v => v.Value).Order(), request.Select(v => v.Value));
        }
    }

    private protected static void AssertAddsUp(int accepted, EventPublisherStats stats) =>
        Assert.Equal(accepted, stats.Queued + stats.Sent + stats.SpillWaiting + stats.Lost);

    private protected IEnumerable<string> Files(string pattern) => Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, pattern) : [];

    private sealed class Stopping(Func<Task> stop, IDisposable disposed) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await stop();
            disposed.Dispose();
        }
    }
}
