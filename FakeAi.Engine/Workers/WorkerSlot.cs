namespace FakeAi.Engine.Workers;

/// <summary>A place in a worker's batch. Disposing it frees the place, once.</summary>
/// <param name="owner">Where it is given back.</param>
/// <param name="worker">The worker's number.</param>
/// <param name="cachedTokens">Tokens of the prompt that its cache had, as the provider counts them.</param>
/// <param name="savedUs">Prefill that they spare, microseconds.</param>
/// <param name="queueUs">How long the request waited, microseconds; 0 where a place was free.</param>
/// <param name="active">Sequences on the worker, this one included.</param>
/// <param name="maxBatch">Most of them.</param>
internal sealed class WorkerSlot(WorkerPool owner, int worker, int cachedTokens, long savedUs, long queueUs, int active, int maxBatch) : IDisposable
{
    private int _freed;

    public int Worker => worker;

    public int CachedTokens => cachedTokens;

    public long SavedUs => savedUs;

    public long QueueUs => queueUs;

    public int Active => active;

    public int MaxBatch => maxBatch;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _freed, 1) == 0)
        {
            owner.Free(worker);
        }
    }
}
