using FakeAi.Storage.Resources;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>
/// The right to work on a batch, renewed while it is worked on, and the ends that work can come to before it is done: the batch
/// is cancelled or expires, another replica takes over, or the gateway stops.
/// </summary>
internal sealed class BatchLease : IAsyncDisposable
{
    private readonly BatchCollection _batches;
    private readonly IResourceStore _store;
    private readonly Resource _resource;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _life;
    private readonly TimeSpan _every;
    private readonly CancellationTokenSource _alive;
    private readonly CancellationTokenSource _work;
    private readonly Task _watching;

    public BatchLease(
        BatchCollection batches, IResourceStore store, Resource resource, string holder, Func<StoredBatch, StoredBatch?> progress, ResourceOptions options,
        TimeProvider clock, CancellationToken stopping)
    {
        _batches = batches;
        _store = store;
        _resource = resource;
        _clock = clock;
        Holder = holder;
        (_life, _every) = (options.BatchLease, options.BatchPollEvery);
        _alive = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _work = CancellationTokenSource.CreateLinkedTokenSource(_alive.Token);
        _watching = WatchAsync(progress);
    }

    public string Holder { get; }

    /// <summary>Cancelled when nothing more may be done for the batch here.</summary>
    public CancellationToken Alive => _alive.Token;

    /// <summary>Cancelled when no more requests may be run; what is there can still be told.</summary>
    public CancellationToken Work => _work.Token;

    /// <summary>Gives the right back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _alive.CancelAsync();
        await _watching;
        try
        {
            await _store.ReleaseAsync(_resource.Kind, _resource.Id, Holder, CancellationToken.None);
        }
        catch (ResourceStoreUnavailableException)
        {
            // Then it ends by itself.
        }

        _work.Dispose();
        _alive.Dispose();
    }

    private async Task WatchAsync(Func<StoredBatch, StoredBatch?> progress)
    {
        var renewed = _clock.GetTimestamp();
        while (true)
        {
            await Task.Delay(_every, _clock, _alive.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_alive.IsCancellationRequested)
            {
                return;
            }

            try
            {
                var asked = _clock.GetTimestamp();
                if (!await _store.TryLeaseAsync(_resource.Kind, _resource.Id, Holder, _life, _alive.Token))
                {
                    throw new BatchLostException(_resource.Id);
                }

                renewed = asked;
                var batch = (await _batches.ChangeAsync(_resource, progress, Holder, _alive.Token)).Batch;
                if (batch.Status == BatchStatus.Cancelling || batch.ExpiresAt <= _clock.GetUtcNow().ToUnixTimeSeconds())
                {
                    await _work.CancelAsync();
                }
            }
            catch (ResourceStoreUnavailableException) when (_clock.GetElapsedTime(renewed) < _life)
            {
                // The right still holds; it may be back in time.
            }
            catch (Exception e) when (e is ResourceStoreUnavailableException or BatchLostException)
            {
                await _alive.CancelAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
