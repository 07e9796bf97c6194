using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Queries;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Upstreams;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.KvCache;

/// <summary>Serves <c>GET /kv-cache/metrics</c>: asks every engine and puts their figures together.</summary>
internal sealed class KvCacheEndpoint(EnginePool pool, IOptions<InstallationOptions> installation, TimeProvider clock)
{
    public const string Route = "/kv-cache/metrics";

    private const int MaxAnswer = 4 * 1024 * 1024;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    private readonly string? _token = installation.Value.InternalToken is { Length: > 0 } token ? token : null;

    public async Task GetAsync(HttpContext context)
    {
        var told = await Task.WhenAll(pool.Engines.Select(async engine => (engine.Name, await AskAsync(engine, context.RequestAborted))));
        if (Array.TrueForAll(told, static t => t.Item2 is null))
        {
            await OpenAiErrors.NoEngine.WriteAsync(context);
            return;
        }

        await TypedResults.Json(KvCacheMetrics.Merge(told), KvCacheJsonContext.Default.KvCacheMetrics).ExecuteAsync(context);
    }

    /// <summary>One engine's figures; null where it gives none in time.</summary>
    private async Task<KvCacheMetrics?> AskAsync(Engine engine, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(s_timeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var message = new HttpRequestMessage(HttpMethod.Get, engine.For(Route))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (_token is not null)
        {
            message.Headers.TryAddWithoutValidation(InternalHeaders.Token, _token);
        }

        try
        {
            using var response = await engine.SendAsync(message, linked.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return null;
            }

            await response.Content.LoadIntoBufferAsync(MaxAnswer, linked.Token);
            var body = await response.Content.ReadAsByteArrayAsync(linked.Token);
            return JsonSerializer.Deserialize(body, KvCacheJsonContext.Default.KvCacheMetrics);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            return null;
        }
    }
}
