using FakeAi.EventBus.Spill;

namespace FakeAi.EventBus.Publishing;

/// <summary>
/// Batches of one shard that the log acknowledged in the last seconds. A server that writes its file once a second may
/// forget the newest ones when it is killed; these are sent again then. Traffic shows a gap by itself; a shard without
/// any asks twice, the second time before it gives the last ones up. While the log does not answer, nothing is given up.
/// </summary>
internal sealed class KeptBatches(TimeProvider time, long maxBytes, SpillFile spill)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_check = TimeSpan.FromSeconds(2.5);

    private Queue<Kept> _kept = new();
    private long _bytes;
    private long _since;
    private TimeSpan _wait;
    private bool _checkedOnce;

    public bool IsEmpty => _kept.Count == 0;

    /// <summary>The number of the newest acknowledged batch.</summary>
    public long Last { get; private set; }

    /// <summary>When to ask the log whether it still has them; null when nothing is kept.</summary>
    public TimeSpan? CheckIn()
    {
        if (IsEmpty)
        {
            return null;
        }

        var left = _wait - time.GetElapsedTime(_since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public void Add(in Outgoing batch)
    {
        _kept.Enqueue(new Kept(time.GetTimestamp(), batch));
        _bytes += batch.Bytes;
        Last = batch.Number;
        Restart(firstCheck: true);
        while (_kept.TryPeek(out var oldest) && (_bytes > maxBytes || time.GetElapsedTime(oldest.Timestamp) > s_window))
        {
            Drop();
        }
    }

    /// <summary>The log has them all.</summary>
    public void Confirmed()
    {
        if (!_checkedOnce)
        {
            Restart(firstCheck: false);
            return;
        }

        Clear();
    }

    /// <summary>The log did not answer.</summary>
    public void Postpone(TimeSpan wait) => (_since, _wait) = (time.GetTimestamp(), wait);

    /// <summary>The log was given those after <paramref name="last"/> anew: they are as young as on their first day.</summary>
    public void Refilled(long last)
    {
        var now = time.GetTimestamp();
        _kept = new Queue<Kept>(_kept.Select(k => k.Batch.Number > last ? k with { Timestamp = now } : k));
        Restart(firstCheck: true);
    }

    /// <summary>Kept batches after a number, in order; their numbers have no gaps.</summary>
    public Outgoing[] After(long last) => [.. _kept.Select(k => k.Batch).Where(b => b.Number > last)];

    public void Clear()
    {
        while (_kept.Count > 0)
        {
            Drop();
        }
    }

    private void Restart(bool firstCheck) => (_checkedOnce, _since, _wait) = (!firstCheck, time.GetTimestamp(), s_check);

    private void Drop()
    {
        var dropped = _kept.Dequeue().Batch;
        _bytes -= dropped.Bytes;
        if (dropped.Batch is null)
        {
            spill.Release();
        }
    }

    private readonly record struct Kept(long Timestamp, Outgoing Batch);
}
