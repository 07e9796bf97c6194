using System.Collections.Concurrent;
using System.Globalization;

namespace FakeAi.Engine.Streaming;

/// <summary>Finds streams by their id: all that run, and the newest that ended. Safe for concurrent use.</summary>
internal sealed class StreamRegistry
{
    /// <summary>How many ended streams are remembered.</summary>
    public const int MostEnded = 1000;

    private readonly ConcurrentDictionary<string, StreamHandle> _running = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly StreamStatus?[] _ended = new StreamStatus?[MostEnded];
    private readonly Dictionary<string, StreamStatus> _endedById = new(MostEnded, StringComparer.Ordinal);
    private int _next;

    public int Running => _running.Count;

    public int Ended
    {
        get
        {
            lock (_lock)
            {
                return _endedById.Count;
            }
        }
    }

    /// <summary>
    /// Takes in a stream. A direct caller may name two running requests alike; the later one then gets a number behind its id.
    /// </summary>
    public StreamHandle Add(StreamContext context, Func<StreamContext, StreamHandle> make)
    {
        var id = context.Id;
        for (var n = 2; ; n++)
        {
            var handle = make(context);
            if (_running.TryAdd(context.Id, handle))
            {
                return handle;
            }

            context = context with { Id = $"{id}.{n.ToString(CultureInfo.InvariantCulture)}" };
        }
    }

    /// <summary>Moves a stream to the ended ones.</summary>
    public void Retire(StreamHandle handle, long nowUs)
    {
        if (!_running.TryRemove(KeyValuePair.Create(handle.Context.Id, handle)))
        {
            return;
        }

        var status = StreamStatus.Of(handle, nowUs);
        lock (_lock)
        {
            if (_ended[_next] is { } oldest && _endedById.GetValueOrDefault(oldest.Id) == oldest)
            {
                _endedById.Remove(oldest.Id);
            }

            _ended[_next] = status;
            _endedById[status.Id] = status;
            _next = (_next + 1) % MostEnded;
        }
    }

    /// <summary>Those that run, while they may come and go.</summary>
    public IEnumerable<StreamHandle> All => _running.Select(static r => r.Value);

    public StreamHandle? Find(string id) => _running.GetValueOrDefault(id);

    public StreamStatus? FindEnded(string id)
    {
        lock (_lock)
        {
            return _endedById.GetValueOrDefault(id);
        }
    }

    /// <summary>All that the filter lets through, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<StreamStatus> List(Func<StreamStatus, bool> filter, int most, long nowUs)
    {
        var list = _running.Values.OrderBy(static h => h.ReceivedUs).Select(h => StreamStatus.Of(h, nowUs)).Where(filter).Take(most).ToList();
        lock (_lock)
        {
            for (var i = 1; i <= MostEnded && list.Count < most; i++)
            {
                if (_ended[(_next - i + MostEnded) % MostEnded] is { } status && filter(status))
                {
                    list.Add(status);
                }
            }
        }

        return list;
    }
}
