using System.Diagnostics;
using FakeAi.TestKit;

namespace FakeAi.Chaos.Tests.Load;

/// <summary>
/// Keeps clients that leave apart from engines that die: were both to happen at once, client and gateway could rightly
/// tell different ends of the same request. An engine dies only when each client that left has been counted as gone;
/// no client leaves an answer whose engine has died since it asked: it sees that break off instead; and none leaves one that
/// could be over before its leaving is noticed: who was kept here for that long stays to the end.
/// </summary>
internal sealed class AbortGate
{
    /// <summary>Half of what an answer that is to be left takes.</summary>
    private static readonly TimeSpan s_latest = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _deaths = new(StringComparer.Ordinal);
    private readonly List<string> _left = [];
    private bool _closed;

    /// <summary>The ids of the requests whose clients left.</summary>
    public IReadOnlyList<string> Left
    {
        get
        {
            lock (_lock)
            {
                return [.. _left];
            }
        }
    }

    /// <summary>Lets a client leave, if it may.</summary>
    /// <param name="asked">When it sent its request, as <see cref="Stopwatch"/> tells the time.</param>
    /// <param name="engine">Who answers it.</param>
    /// <param name="requestId">Its id.</param>
    /// <param name="abort">Leaves.</param>
    public bool TryAbort(long asked, string engine, string requestId, Action abort)
    {
        lock (_lock)
        {
            if (_closed || Stopwatch.GetElapsedTime(asked) > s_latest || (_deaths.TryGetValue(engine, out var died) && asked <= died))
            {
                return false;
            }

            abort();
            _left.Add(requestId);
            return true;
        }
    }

    /// <summary>Kills engines when the metrics have counted every client that left so far.</summary>
    /// <param name="engines">Their names.</param>
    /// <param name="readCancelled">What the metrics tell: cancelled requests since the start.</param>
    /// <param name="kill">Kills them.</param>
    public async Task KillAsync(IEnumerable<string> engines, Func<Task<long>> readCancelled, Func<Task> kill)
    {
        long aborts;
        lock (_lock)
        {
            _closed = true;
            aborts = _left.Count;
        }

        await Eventually.GetAsync(readCancelled, cancelled => cancelled == aborts, $"the {aborts} clients that left are counted");
        await kill();
        lock (_lock)
        {
            foreach (var engine in engines)
            {
                _deaths[engine] = Stopwatch.GetTimestamp();
            }

            _closed = false;
        }
    }
}
