using System.Threading.Channels;
using FakeAi.ServiceDefaults.Hosting;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>
/// Takes open batches up, a few at a time: new ones at once, others when nobody has their lease. So a batch goes on when its
/// gateway dies.
/// </summary>
internal sealed partial class BatchRunner(
    BatchRun run, IResourceStore store, InstanceIdentity identity, IOptions<ResourceOptions> options, TimeProvider clock, ILogger<BatchRunner> logger)
    : BackgroundService
{
    private const int MostLookedAt = 64;

    private static readonly TimeSpan s_pauseAfterFault = TimeSpan.FromSeconds(10);

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _faulted = new(StringComparer.Ordinal);
    private readonly ResourceOptions _options = options.Value;

    /// <summary>Says that there is something new.</summary>
    public void Wake() => _news.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var away = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Collect();
                await StartAsync(await store.OpenAsync(BatchCollection.KindName, MostLookedAt, stoppingToken), stoppingToken);
                away = false;
            }
            catch (ResourceStoreUnavailableException e)
            {
                if (!away)
                {
                    Log.StoreAway(logger, e.Message);
                }

                away = true;
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await WaitAsync(stoppingToken);
        }

        await Task.WhenAll(_running.Values);
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var delay = Task.Delay(_options.BatchPollEvery, clock, waiting.Token);
        await Task.WhenAny(delay, _news.Reader.WaitToReadAsync(waiting.Token).AsTask());
        await waiting.CancelAsync();
        _news.Reader.TryRead(out _);
    }

    private async Task StartAsync(IReadOnlyList<Resource> open, CancellationToken stoppingToken)
    {
        foreach (var resource in open)
        {
            if (_running.Count == _options.BatchesAtOnce)
            {
                return;
            }

            if (!_faulted.ContainsKey(resource.Id) && !_running.ContainsKey(resource.Id)
                && await store.TryLeaseAsync(resource.Kind, resource.Id, identity.Instance, _options.BatchLease, stoppingToken))
            {
                _running.Add(resource.Id, Task.Run(() => RunAsync(resource, stoppingToken), CancellationToken.None));
            }
        }
    }

    /// <summary>Forgets those that ended; those that ended in a fault are left alone for a while.</summary>
    private void Collect()
    {
        foreach (var (id, _) in _faulted.Where(f => clock.GetElapsedTime(f.Value) >= s_pauseAfterFault).ToArray())
        {
            _faulted.Remove(id);
        }

        foreach (var (id, task) in _running.Where(static r => r.Value.IsCompleted).ToArray())
        {
            _running.Remove(id);
            if (task is Task<bool> { Result: false })
            {
                _faulted[id] = clock.GetTimestamp();
            }
        }
    }

    /// <summary>Whether there was no fault.</summary>
    private async Task<bool> RunAsync(Resource resource, CancellationToken stoppingToken)
    {
        try
        {
            // What could not be brought to its end is looked at again with the next poll, not at once.
            if (await run.RunAsync(resource, identity.Instance, stoppingToken))
            {
                Wake();
            }

            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.Faulted(logger, resource.Id, e);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Batches wait, the store of objects does not answer: {Reason}")]
        public static partial void StoreAway(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Error, "{Batch} could not be worked on; it is tried again.")]
        public static partial void Faulted(ILogger logger, string batch, Exception exception);
    }
}
