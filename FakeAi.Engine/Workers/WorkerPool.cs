using FakeAi.Contracts.Queries;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Streaming;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Workers;

/// <summary>
/// The engine's simulated workers: gives each request a place in a batch, lets it wait where none is free, and asks the
/// worker's KV cache. While anybody waits no place is free.
/// <para>Threads: everything under one lock, held for a few microseconds; prompts are hashed before.</para>
/// </summary>
internal sealed class WorkerPool
{
    private readonly Lock _lock = new();
    private readonly EngineClock _clock;
    private readonly TimeProvider _time;
    private readonly WorkerOptions _options;
    private readonly KvCacheOptions _cache;
    private readonly Worker[] _workers;
    private readonly WaitingRoom _waiting;
    private long _refused;

    public WorkerPool(EngineClock clock, TimeProvider time, IOptions<EngineOptions> options)
    {
        _clock = clock;
        _time = time;
        _options = options.Value.Workers;
        _cache = options.Value.KvCache;
        _waiting = new WaitingRoom(_options.Count);
        _workers = new Worker[_options.Count];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Worker(i, _options.MaxBatch, new BlockCache(_cache.BlocksPerWorker, _cache.IdleSeconds * 1_000_000L));
        }
    }

    /// <summary>Requests that wait for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Requests that found the queue full.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Gives a place, at once or when one is free. The caller disposes it however the request ends.</summary>
    /// <exception cref="AdmissionRefusedException">The queue is full, or the time is up.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled while it waited; its place in the queue is free again.</exception>
    public ValueTask<WorkerSlot> EnterAsync(Admission admission, CancellationToken cancellationToken)
    {
        WaitingRequest request;
        lock (_lock)
        {
            var now = _clock.NowUs;
            var worker = Router.Choose(_workers, admission, _waiting, _options, now);
            if (worker.HasRoom)
            {
                return ValueTask.FromResult(Admit(worker, admission, now, sinceUs: now));
            }

            if (_waiting.Count >= _options.MaxWaiting)
            {
                _refused++;
                throw new AdmissionRefusedException(timedOut: false);
            }

            request = new WaitingRequest(admission, worker.Index, now);
            _waiting.Add(request);
        }

        return new ValueTask<WorkerSlot>(WaitAsync(request, cancellationToken));
    }

    /// <summary>The figures of all workers at one moment.</summary>
    public KvCacheMetrics Report()
    {
        lock (_lock)
        {
            var now = _clock.NowUs;
            foreach (var worker in _workers)
            {
                worker.Cache.Expire(now);
            }

            return new KvCacheMetrics
            {
                Enabled = _cache.Enabled,
                BlockTokens = _cache.BlockTokens,
                Workers = [.. _workers.Select(w => w.Report(_waiting.CountOf(w.Index)))],
                Refused = _refused,
            };
        }
    }

    /// <summary>Gives a place back; whoever waits gets it.</summary>
    internal void Free(int index)
    {
        lock (_lock)
        {
            var worker = _workers[index];
            worker.Active--;
            if (_waiting.Take(index) is { } next)
            {
                next.Admit(Admit(worker, next.Admission, _clock.NowUs, next.SinceUs));
            }
        }
    }

    private WorkerSlot Admit(Worker worker, Admission admission, long nowUs, long sinceUs)
    {
        worker.Active++;
        var (cached, saved) = worker.LookUp(admission, nowUs);
        return new WorkerSlot(this, worker.Index, cached, saved, nowUs - sinceUs, worker.Active, worker.MaxBatch);
    }

    private async Task<WorkerSlot> WaitAsync(WaitingRequest request, CancellationToken cancellationToken)
    {
        var left = TimeSpan.FromMicroseconds(Math.Max(0, request.Admission.DeadlineUs - _clock.NowUs));
        await using var deadline = _time.CreateTimer(
            _ => GiveUp(request, new AdmissionRefusedException(timedOut: true)), null, left, Timeout.InfiniteTimeSpan);
        await using var cancelled = cancellationToken.UnsafeRegister(
            (_, token) => GiveUp(request, new OperationCanceledException(token)), null);
        return await request.Admitted;
    }

    /// <summary>Ends a wait. One that has a place by now keeps it: who asked for it finds out himself that it is not wanted.</summary>
    private void GiveUp(WaitingRequest request, Exception reason)
    {
        lock (_lock)
        {
            if (_waiting.Remove(request))
            {
                request.Refuse(reason);
            }
        }
    }
}
