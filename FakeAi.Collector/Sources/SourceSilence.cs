using Microsoft.Extensions.Options;

namespace FakeAi.Collector.Sources;

/// <summary>
/// For how long each gateway has told nothing, by this process's own monotonic clock: from the moment at which something
/// new of it was found in the state or applied here. Times in events, by other machines' clocks, only tell what is new.
/// </summary>
internal sealed class SourceSilence(IOptions<CollectorOptions> options, TimeProvider time)
{
    private const int MaxSources = 10_000;

    /// <summary>Without a look at the log for so long, nobody can be called silent.</summary>
    private static readonly TimeSpan s_lookValid = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Heartbeat, long Since)> _sources = new(StringComparer.Ordinal);
    private long? _looked;

    /// <summary>The log was read to its end: the newest heartbeat of each instance, Unix microseconds.</summary>
    public void Looked(IEnumerable<KeyValuePair<string, long>> heartbeats)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_looked is { } last && time.GetElapsedTime(last, now) >= s_lookValid)
            {
                _sources.Clear();
            }

            _looked = now;
            foreach (var (source, heartbeat) in heartbeats)
            {
                if (!_sources.TryGetValue(source, out var known) || known.Heartbeat < heartbeat)
                {
                    _sources[source] = (heartbeat, now);
                }
            }
        }
    }

    /// <summary>The log is away, or not everything in it is applied: all silence begins anew.</summary>
    public void StartAnew()
    {
        lock (_lock)
        {
            _sources.Clear();
            _looked = null;
        }
    }

    /// <summary>Something that a gateway told was applied.</summary>
    public void Told(string source)
    {
        lock (_lock)
        {
            if (_sources.Count >= MaxSources && !_sources.ContainsKey(source))
            {
                _sources.Clear();
            }

            _sources[source] = (_sources.GetValueOrDefault(source).Heartbeat, time.GetTimestamp());
        }
    }

    /// <summary>Whether a gateway has been silent for long enough. The silence of an unknown one begins now.</summary>
    public bool IsSilent(string source)
    {
        lock (_lock)
        {
            if (_looked is not { } looked || time.GetElapsedTime(looked) >= s_lookValid)
            {
                return false;
            }

            if (!_sources.TryGetValue(source, out var known))
            {
                _sources[source] = (0, time.GetTimestamp());
                return false;
            }

            return time.GetElapsedTime(known.Since).TotalSeconds >= options.Value.SourceLostSeconds;
        }
    }
}
