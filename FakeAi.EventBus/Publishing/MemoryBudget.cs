namespace FakeAi.EventBus.Publishing;

/// <summary>Bytes of batches that wait in memory or are under way, over all shards.</summary>
internal sealed class MemoryBudget(long limit)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>Takes room if there is some. A batch larger than the whole budget fits when it is alone.</summary>
    public bool TryTake(long bytes)
    {
        var used = Interlocked.Add(ref _used, bytes);
        if (used <= limit || used == bytes)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Takes room for what is being sent now, at most one batch a shard.</summary>
    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);
}
