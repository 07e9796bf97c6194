namespace FakeAi.Engine.Workers;

/// <summary>
/// The requests that wait: for each worker one queue of each priority class. Not thread-safe; the pool's lock guards it.
/// <para>
/// A freed place goes to the highest class of which anybody waits anywhere in the engine; within the class to the head of
/// the freed worker's own queue, else to whoever waited longest. Every <see cref="FairEvery"/>th place goes to whoever waited
/// longest of all, whatever the class: nobody with n requests before him waits for more than 8 (n + 1) places.
/// </para>
/// </summary>
internal sealed class WaitingRoom(int workers)
{
    /// <summary>Every so many places class does not count.</summary>
    public const int FairEvery = 8;

    private readonly LinkedList<WaitingRequest>[] _queues = [.. Enumerable.Range(0, workers * PriorityClasses.Count).Select(static _ => new LinkedList<WaitingRequest>())];
    private readonly int[] _ofWorker = new int[workers];
    private long _arrivals;
    private long _given;

    public int Count { get; private set; }

    /// <summary>How many wait for a worker.</summary>
    public int CountOf(int worker) => _ofWorker[worker];

    public void Add(WaitingRequest request)
    {
        request.Number = _arrivals++;
        request.Node = Queue(request.Worker, request.Admission.Priority).AddLast(request);
        Count++;
        _ofWorker[request.Worker]++;
    }

    /// <summary>Takes a request out. False when it waits no more.</summary>
    public bool Remove(WaitingRequest request)
    {
        if (request.Node is not { } node)
        {
            return false;
        }

        node.List!.Remove(node);
        request.Node = null;
        Count--;
        _ofWorker[request.Worker]--;
        return true;
    }

    /// <summary>Takes out who gets a place that a worker has free; null when nobody waits.</summary>
    public WaitingRequest? Take(int worker)
    {
        if (Count == 0)
        {
            return null;
        }

        var next = ++_given % FairEvery == 0 ? Longest() : ByClass(worker);
        Remove(next);
        return next;
    }

    private WaitingRequest ByClass(int worker)
    {
        for (var priority = PriorityClass.High; priority < PriorityClass.Low; priority++)
        {
            if ((Queue(worker, priority).First?.Value ?? Longest(priority)) is { } request)
            {
                return request;
            }
        }

        return Queue(worker, PriorityClass.Low).First?.Value ?? Longest();
    }

    private WaitingRequest Longest() =>
        Older(Older(Longest(PriorityClass.High), Longest(PriorityClass.Normal)), Longest(PriorityClass.Low))!;

    private WaitingRequest? Longest(PriorityClass priority)
    {
        WaitingRequest? longest = null;
        for (var worker = 0; worker < workers; worker++)
        {
            longest = Older(longest, Queue(worker, priority).First?.Value);
        }

        return longest;
    }

    private static WaitingRequest? Older(WaitingRequest? one, WaitingRequest? other) =>
        one is null || (other is not null && other.Number < one.Number) ? other : one;

    private LinkedList<WaitingRequest> Queue(int worker, PriorityClass priority) => _queues[(worker * PriorityClasses.Count) + (int)priority];
}

/// <summary>One request that waits.</summary>
/// <param name="admission">What it wants.</param>
/// <param name="worker">Whose queue it is in.</param>
/// <param name="sinceUs">Since when, by the engine's clock.</param>
internal sealed class WaitingRequest(Admission admission, int worker, long sinceUs)
{
    private readonly TaskCompletionSource<WorkerSlot> _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Admission Admission => admission;

    public int Worker => worker;

    public long SinceUs => sinceUs;

    /// <summary>Counts arrivals: the lower, the longer it waits.</summary>
    public long Number { get; set; }

    /// <summary>Its place in the queue; null when it waits no more.</summary>
    public LinkedListNode<WaitingRequest>? Node { get; set; }

    public Task<WorkerSlot> Admitted => _admitted.Task;

    public void Admit(WorkerSlot slot) => _admitted.SetResult(slot);

    public void Refuse(Exception reason) => _admitted.SetException(reason);
}
