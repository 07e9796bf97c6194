using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.EventBus;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.Requests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>An answer to a request of a batch.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="RequestId">The request's id.</param>
/// <param name="Body">The answer's JSON.</param>
internal sealed record BatchAnswer(int Status, string RequestId, JsonElement Body);

/// <summary>
/// Runs a batch's requests on the same way as clients' own, within the process: same routing, same events, the rights of the
/// key that made the batch, and after everybody who waits for an answer.
/// </summary>
internal sealed class BatchCalls
{
    /// <summary>Most bytes of an answer that can be kept; the largest are pictures.</summary>
    private const int MostBytes = 64 * 1024 * 1024;
    private const string LowPriority = "low";

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    private readonly Dictionary<string, RequestDelegate> _endpoints;
    private readonly RequestMiddleware _pipeline;
    private readonly IServiceProvider _services;

    public BatchCalls(
        GenerationEndpoint generation, IEventPublisher events, TimeProvider clock, IOptions<GatewayOptions> options, ILogger<RequestMiddleware> logger,
        IServiceProvider services)
    {
        _services = services;
        string[] routes =
        [
            GenerationEndpoint.ChatCompletions, GenerationEndpoint.Completions, GenerationEndpoint.Embeddings, GenerationEndpoint.Moderations, GenerationEndpoint.Images,
        ];
        _endpoints = routes.ToDictionary(static route => route, generation.For, StringComparer.Ordinal);
        _pipeline = new RequestMiddleware(AnswerAsync, events, clock, options, logger);
    }

    /// <summary>The endpoints that batches can name.</summary>
    public IReadOnlyList<string> Endpoints => [.. _endpoints.Keys];

    /// <summary>Asks once.</summary>
    /// <param name="batch">Whose request it is.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="cancellationToken">Leaves, as a client does.</param>
    /// <returns>The answer; null where there is no whole one.</returns>
    /// <exception cref="OperationCanceledException">Left.</exception>
    public async Task<BatchAnswer?> AskAsync(StoredBatch batch, JsonElement body, CancellationToken cancellationToken)
    {
        using var response = new CapturedResponse(MostBytes, cancellationToken);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = HttpMethods.Post,
            Path = batch.Batch.Endpoint,
            Protocol = HttpProtocol.Http11,
            Scheme = "http",
            Body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body, ResourceJsonContext.Default.JsonElement), writable: false),
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        features.Set<IHttpRequestLifetimeFeature>(response);
        features.Set(batch);
        var context = new DefaultHttpContext(features) { RequestServices = _services };
        context.Request.ContentType = "application/json";
        context.Request.Headers[PublicHeaders.Priority] = LowPriority;
        await _pipeline.InvokeAsync(context);
        await response.CompleteAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return response.Broken ? null : Read(context, response.Content);
    }

    private static BatchAnswer? Read(HttpContext context, ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content, s_json);
            return new BatchAnswer(context.Response.StatusCode, context.Response.Headers[PublicHeaders.RequestId].ToString(), document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        var batch = context.Features.GetRequiredFeature<StoredBatch>();
        var request = GatewayRequest.Of(context);
        request.Key = batch.Key;
        request.Owner = batch.Keyed ? new KeyOwner(batch.Key ?? "", batch.Organization, batch.Project) : null;
        return _endpoints[batch.Batch.Endpoint](context);
    }
}
