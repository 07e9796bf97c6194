using System.Net;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FakeAi.Gateway.Upstreams;

/// <summary>The gateway is ready when at least one engine is.</summary>
internal sealed class EnginesHealthCheck(EnginePool pool, TimeProvider clock) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _client = new(
        new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectTimeout = s_timeout, ActivityHeadersPropagator = null });

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var states = await Task.WhenAll(pool.Engines.Select(engine => IsReadyAsync(engine, cancellationToken)));
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < states.Length; i++)
        {
            data[pool.Engines[i].Name] = states[i] ? "ready" : "not_ready";
        }

        return states.Contains(true)
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Unhealthy(states.Length == 0 ? "no engine is configured" : "no engine is ready", data: data);
    }

    public void Dispose() => _client.Dispose();

    private async Task<bool> IsReadyAsync(Engine engine, CancellationToken cancellationToken)
    {
        if (engine.Health is null)
        {
            return true;
        }

        using var timeout = new CancellationTokenSource(s_timeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(engine.Health, "/health"));
        try
        {
            using var response = await _client.SendAsync(message, linked.Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
