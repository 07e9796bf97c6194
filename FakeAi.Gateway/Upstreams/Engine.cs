using System.Collections.Concurrent;
using FakeAi.Gateway.Upstreams.Links;

namespace FakeAi.Gateway.Upstreams;

/// <summary>One engine: its addresses, its own connections, and how busy it is. Safe for concurrent use.</summary>
internal sealed class Engine : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly ConcurrentDictionary<string, Uri> _routes = new(StringComparer.Ordinal);
    private int _active;
    private long _restsUntil = long.MinValue;

    public Engine(string name, Uri data, Uri? health, EngineLink? link = null)
    {
        Name = name;
        Data = data;
        Health = health;
        Link = link;
        _invoker = new HttpMessageInvoker(EngineConnections.Create(), disposeHandler: true);
    }

    public string Name { get; }

    /// <summary>Base address of the HTTP/2 endpoint.</summary>
    public Uri Data { get; }

    /// <summary>Base address of the health endpoint, if known.</summary>
    public Uri? Health { get; }

    /// <summary>Its chunk link; null where bodies come over HTTP/2 only.</summary>
    public EngineLink? Link { get; }

    /// <summary>Requests under way.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>The address of a route; routes are few and fixed, so each is built once.</summary>
    public Uri For(string route) => _routes.GetOrAdd(route, static (path, data) => new Uri(data, path), Data);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken) =>
        _invoker.SendAsync(message, cancellationToken);

    public void Enter() => Interlocked.Increment(ref _active);

    public void Leave() => Interlocked.Decrement(ref _active);

    /// <summary>Leaves the engine alone until a time stamp of the clock.</summary>
    public void RestUntil(long timestamp) => Volatile.Write(ref _restsUntil, timestamp);

    public bool Rests(long now) => now < Volatile.Read(ref _restsUntil);

    public void Dispose()
    {
        Link?.Dispose();
        _invoker.Dispose();
    }
}
