using FakeAi.Gateway.Upstreams.Links;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Upstreams;

/// <summary>Chooses engines: the least busy, in turn among equals; those that just failed only if no other is left.</summary>
internal sealed class EnginePool : IDisposable
{
    private readonly Engine[] _engines;
    private readonly TimeProvider _clock;
    private readonly long _coolOff;
    private uint _turn;

    public EnginePool(
        IOptions<EnginesOptions> engines, IOptions<GatewayOptions> options, IOptions<InstallationOptions> installation, TimeProvider clock, ILogger<EngineLink> logger)
    {
        _clock = clock;
        _coolOff = (long)(options.Value.EngineCoolOff.TotalSeconds * clock.TimestampFrequency);
        var token = installation.Value.InternalToken is { Length: > 0 } set ? set : null;
        _engines = [.. engines.Value.Engines.Select(engine =>
        {
            var http = engine.Http is null ? null : new Uri(engine.Http);
            var link = http is null || !options.Value.ChunkLinks ? null : new EngineLink(engine.Name, http, token, logger);
            return new Engine(engine.Name, new Uri(engine.H2c), http, link);
        })];
    }

    public IReadOnlyList<Engine> Engines => _engines;

    /// <summary>Chooses an engine that was not tried yet and counts the request as its own; null when all were tried.</summary>
    public EngineChoice? Choose(IReadOnlyCollection<Engine>? tried = null)
    {
        var count = _engines.Length;
        if (count == 0 || tried?.Count >= count)
        {
            return null;
        }

        var now = _clock.GetTimestamp();
        var first = (int)(Interlocked.Increment(ref _turn) % (uint)count);
        Engine? best = null;
        var (bestLoad, ties) = (long.MaxValue, 0);
        for (var i = 0; i < count; i++)
        {
            var engine = _engines[(first + i) % count];
            if (tried?.Contains(engine) == true)
            {
                continue;
            }

            var load = engine.Active + (engine.Rests(now) ? int.MaxValue : 0L);
            ties = load == bestLoad ? ties + 1 : load < bestLoad ? 1 : ties;
            if (load < bestLoad)
            {
                (best, bestLoad) = (engine, load);
            }
        }

        if (best is null)
        {
            return null;
        }

        best.Enter();
        return new EngineChoice(best, count == 1 ? "only" : ties > 1 ? "round_robin" : "least_active");
    }

    /// <summary>Notes that an engine gave no answer: it rests while others can serve.</summary>
    public void Failed(Engine engine) => engine.RestUntil(_clock.GetTimestamp() + _coolOff);

    public void Dispose()
    {
        foreach (var engine in _engines)
        {
            engine.Dispose();
        }
    }
}

/// <summary>A chosen engine.</summary>
/// <param name="Engine">The engine; leave it when the request ends.</param>
/// <param name="Reason">Why this one.</param>
internal readonly record struct EngineChoice(Engine Engine, string Reason);
